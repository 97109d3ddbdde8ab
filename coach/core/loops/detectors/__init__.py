"""One detector a file: each looks at the history of attempts and says what it sees."""
