"""Settings: the project's, the user's, workflows and templates, and what of them may run."""
