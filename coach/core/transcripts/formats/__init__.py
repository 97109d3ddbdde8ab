"""One reader for each format of transcripts; ``table.py`` lists them."""
