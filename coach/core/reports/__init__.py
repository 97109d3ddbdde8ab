"""What a session was, told after the fact: figures, timeline, attempts, plots; the same for page, Markdown and statistics."""
