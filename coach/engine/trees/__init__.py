"""Work trees by content: recorded, compared and composed in a private repository."""
