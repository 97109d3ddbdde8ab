"""The project's source as text: where it is, which files are its own, and parts of them."""
