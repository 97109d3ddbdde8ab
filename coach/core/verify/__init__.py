"""The proof of a fix: its checks, the negative control, and what is written when a defect is understood."""
