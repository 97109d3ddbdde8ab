"""Answer a search from a function, and keep what it asked."""


def ask(search, oracle):
    """Drive a search to its end; returns what it found, every configuration asked, and the number of batches."""
    asked, batches = [], 0
    try:
        batch = next(search)
        while True:
            assert batch
            asked += batch
            batches += 1
            batch = search.send(tuple(oracle(each) for each in batch))
    except StopIteration as end:
        return end.value, asked, batches
