"""Projects as other people have them, made small: what coach says of each is run for real, from end to end."""
