"""One session in two processes: a server beside the log, its client, and the messages between them."""
