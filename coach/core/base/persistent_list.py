"""A sequence that grows by one at a time without being copied: what a fold over a long log keeps.

A tuple of ten thousand runs that is copied for every event makes opening a log quadratic. This one shares everything
but its last few items with the one it grew from.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar, overload

T = TypeVar("T")
BLOCK = 64


class PersistentList(Sequence[T]):
    """An immutable sequence; equal to any tuple or list with the same items."""

    __slots__ = ("_blocks", "_tail")

    def __init__(self, items: Iterable[T] = ()) -> None:
        whole = tuple(items)
        cut = len(whole) - len(whole) % BLOCK
        self._blocks = tuple(whole[start : start + BLOCK] for start in range(0, cut, BLOCK))
        self._tail = whole[cut:]

    @classmethod
    def of(cls, items: Iterable[T]) -> "PersistentList[T]":
        return items if isinstance(items, PersistentList) else cls(items)

    def plus(self, item: T) -> "PersistentList[T]":
        """Return this with one more item."""
        tail = (*self._tail, item)
        return _built(self._blocks, tail) if len(tail) < BLOCK else _built((*self._blocks, tail), ())

    def put(self, index: int, item: T) -> "PersistentList[T]":
        """Return this with another item at ``index`` (0 ≤ index < len)."""
        block, place = divmod(index, BLOCK)
        if block == len(self._blocks):
            return _built(self._blocks, (*self._tail[:place], item, *self._tail[place + 1 :]))
        old = self._blocks[block]
        new = (*old[:place], item, *old[place + 1 :])
        return _built((*self._blocks[:block], new, *self._blocks[block + 1 :]), self._tail)

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._tail)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            return tuple(self._at(each) for each in range(*index.indices(len(self))))
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(index)
        return self._at(position)

    def _at(self, position: int) -> T:
        block, place = divmod(position, BLOCK)
        return self._tail[place] if block == len(self._blocks) else self._blocks[block][place]

    def __iter__(self) -> Iterator[T]:
        return chain(chain.from_iterable(self._blocks), self._tail)

    def __reversed__(self) -> Iterator[T]:
        yield from reversed(self._tail)
        for block in reversed(self._blocks):
            yield from reversed(block)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PersistentList):
            return self._blocks == other._blocks and self._tail == other._tail
        return tuple(self) == tuple(other) if isinstance(other, tuple | list) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"PersistentList({tuple(self)!r})"


def _built(blocks: tuple[tuple[T, ...], ...], tail: tuple[T, ...]) -> PersistentList[T]:
    made: PersistentList[T] = object.__new__(PersistentList)
    made._blocks, made._tail = blocks, tail  # noqa: SLF001 - its own constructor
    return made
