"""The command line's side of every action: open a session, submit, wait, print. stdout is data, stderr is narration."""
