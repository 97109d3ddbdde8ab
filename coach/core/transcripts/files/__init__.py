"""The files of a transcript's checkout, in memory: what edits, commands and git make of them."""
