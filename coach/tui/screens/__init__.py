"""Full screens: the session, and what is shown while it opens."""
