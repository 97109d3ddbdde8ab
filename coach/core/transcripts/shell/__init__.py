"""Shell commands of transcripts: taken apart, and followed as far as they say what they write. Nothing is run."""
