"""Disposable copies of a tree, completed with what tests find in the checkout."""
