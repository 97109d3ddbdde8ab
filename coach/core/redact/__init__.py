"""Take secrets and personal names out of text and of recorded values."""
