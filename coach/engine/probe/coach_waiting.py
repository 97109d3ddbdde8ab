"""The mutants that wait for their turn: by promise, less of what leaves the failure as it is, and of what has mended it already.

PYTEST_DONT_REWRITE

Part of ``coach_mutator``; standard library only, Python 3.8+.
"""

SAME = "F"
"""The letter of a mutant with which the test fails as it did."""
CHANGED = "C"
"""The letter of one with which it fails with the same exception and another message."""
ENOUGH = 3
"""Mutants that left the failure as it was before that says something of their line."""
IDLE = 0.5
"""What the others of such a line keep of their promise."""
MENDED = "P"
FLIPS_OF_LINE, FLIPS_OF_PLACE = 3, 12
"""Mutants that turned the test green, after which more of the line, or of its function, say little."""
AS_LIKELY = 0.1
"""Once a clean flip stands, places at least this share as likely as its own still have their turn: a better one may stand there, and
the place that led may have led wrongly."""
MORE_OF_PLACE = 24
"""Mutants of its own place that are still tried then: they tell which line and which edit is meant."""
TOLD = 0.3
"""What the others keep of their promise then: the time is for places that nothing is known of."""


class Waiting:
    """Mutants not tried yet; each has a ``promise``, by which the plan orders them."""

    def __init__(self, mutants):
        self.mutants = list(mutants)
        self.same, self.moved, self.flips = {}, set(), {}
        self.is_known = self.is_settled = False

    def __len__(self):
        return len(self.mutants)

    def clear(self):
        del self.mutants[:]

    def again(self, mutants):
        """Have mutants tried once more, before the others."""
        self.mutants[:0] = mutants

    def settle(self, mutant):
        """Leave out what is less likely than a place where a clean flip stands; without knowing how likely it is, nothing."""
        likely = mutant.get("likely", 0.0)
        if not likely or self.is_settled:
            return
        kept, own = [], 0
        for each in self.mutants:
            is_own = _place(each) == _place(mutant)
            own += is_own
            if own <= MORE_OF_PLACE if is_own else each.get("likely", 0.0) >= AS_LIKELY * likely:
                kept.append(each)
        self.is_settled = len(kept) < len(self.mutants)
        self.mutants = kept

    def learn(self, child):
        """Take in what a mutant did to the failure."""
        where = _line(child.mutant)
        if child.result == CHANGED:
            self.is_known = True
            self.moved.add(where)
        elif child.result == MENDED:
            self.is_known = True
            self.moved.add(where)
            for each in (where, _place(child.mutant)):
                self.flips[each] = self.flips.get(each, 0) + 1
            if getattr(child, "is_clean", False):
                self.settle(child.mutant)
        elif child.result == SAME:
            self.same[where] = self.same.get(where, 0) + 1

    def pop(self):
        """Take the most promising one; the first of equals."""
        if not self.is_known:  # as long as nothing changed the failure, that a line did not says nothing
            return self.mutants.pop(0)
        best, most = 0, -1.0
        for index, mutant in enumerate(self.mutants):  # they stand by promise, and what is known only takes off
            if mutant.get("promise", 0.0) <= most:
                break
            promise = self._promise(mutant)
            if promise > most:
                best, most = index, promise
        return self.mutants.pop(best)

    def _promise(self, mutant):
        where = _line(mutant)
        is_idle = where not in self.moved and self.same.get(where, 0) >= ENOUGH
        flips = self.flips.get
        is_told = flips(where, 0) >= FLIPS_OF_LINE or flips(_place(mutant), 0) >= FLIPS_OF_PLACE
        return mutant.get("promise", 0.0) * (IDLE if is_idle else 1.0) * (TOLD if is_told else 1.0)


def _line(mutant):
    return mutant["file"], mutant["line"]


def _place(mutant):
    return mutant["file"], mutant.get("function", "")
