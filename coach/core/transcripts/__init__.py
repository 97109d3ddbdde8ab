"""Transcripts of assistants, of any maker: read into one model, and the files that their edits leave behind."""
