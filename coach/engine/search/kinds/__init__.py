"""What each kind of search asks on this machine: one module per kind, each a function from a ``Task`` to a result."""
