"""The demo: a small project with a defect in its history, and the story that walks through it."""
