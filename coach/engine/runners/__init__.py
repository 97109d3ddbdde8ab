"""How tests are started and how their own reports are read, by runner."""
