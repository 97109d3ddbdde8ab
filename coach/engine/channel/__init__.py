"""What the probe writes during a run, read line by line and checked field by field."""
