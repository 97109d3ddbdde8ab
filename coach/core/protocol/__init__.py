"""What goes in and out of the core: commands in, effects out, observations back, and live progress beside them."""
