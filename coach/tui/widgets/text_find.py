"""What the search input says, apart from the input: its import costs 20 ms and waits for the first search."""

from textual.message import Message


class SearchTyped(Message):
    """Another text is searched for."""

    def __init__(self, query: str) -> None:
        super().__init__()
        self.query = query


class SearchStepped(Message):
    """To the next place (``way`` 1) or the one before (-1)."""

    def __init__(self, way: int) -> None:
        super().__init__()
        self.way = way


class SearchLeft(Message):
    """The search is over."""
