"""The spec of a defect: its text, its gaps, and the document an engineer edits."""
