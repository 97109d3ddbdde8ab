"""What every room of the core is built on: frozen values, foreign text, numbers as people read them."""
