"""Effects on this machine: processes, files and git. The only room that starts anything."""
