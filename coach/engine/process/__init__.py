"""One process and all it starts: supervised, bounded, ended, and cleaned up after."""
