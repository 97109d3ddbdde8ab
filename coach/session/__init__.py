"""One session: the dispatcher that alone writes its log, the port that front ends hold, and the replay of a past one."""
