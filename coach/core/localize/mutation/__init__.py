"""Small mutations of suspicious places: what may be changed, and what the changes showed."""
