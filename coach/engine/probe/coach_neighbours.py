"""The other tests of a round of mutants: which of them a mutant is checked with, and which are red like the failing one.

PYTEST_DONT_REWRITE

Part of ``coach_mutator``; standard library only, Python 3.8+.
"""

from coach_ids import ids

MAX_TESTS = 200
MAX_GREEN = 20
"""The narrowest ones; where all of them stay green,"""
MORE_GREEN = 40
"""so many others are asked: what few tests notice rather dodges the failure than mends it."""
MAX_RED = 12
SEVERAL = 4
"""Other tests that must speak for a flip before less likely places are left out."""


class Neighbours:
    """Tests beside the failing one, by what they did without a mutant."""

    def __init__(self, plan, items, item):
        """``items`` are what pytest collected, ``item`` the failing test.

        In the plan ``tests`` names what the coverage knows of, and each mutant's ``near`` those that run its line, as indexes
        into it and narrowest first; None: nothing is known. ``red`` names tests that are red like the failing one.
        """
        names = plan.get("tests", ())
        self.number = dict((name, index) for index, name in enumerate(names))
        self.is_red = set(plan.get("red", ()))
        self.at = items.index(item)
        self.position = dict((id(each), index) for index, each in enumerate(items))
        self.name = dict((id(each), ids.of_item(each)) for each in items)
        near = [each["near"] for each in plan["mutants"]]
        wanted = None if None in near else set(index for each in near for index in each)
        others = [each for each in items if each is not item and self._is_wanted(each, wanted)]
        self.waiting = others[:MAX_TESTS]
        self.green, self.red = [], []

    def _is_wanted(self, item, wanted):
        if wanted is None:
            return True
        name = self.name[id(item)]
        number = self.number.get(name)
        return number in wanted if number is not None else name in self.is_red

    def learn(self, letters):
        """Take what the first waiting tests did without a mutant."""
        for item, letter in zip(self.waiting, letters):
            if letter == "P":
                self.green.append(item)
            elif letter == "F":
                self.red.append(item)
        self.waiting = self.waiting[len(letters) :]

    def of(self, mutant):
        """Return the green and the red tests that a mutant which mends the failing one is run with, and further green ones."""
        green = self._near(mutant, self.green)
        red = self._near(mutant, self.red, True)[:MAX_RED]
        return green[:MAX_GREEN], red, green[MAX_GREEN : MAX_GREEN + MORE_GREEN]

    def _near(self, mutant, items, are_red=False):
        rank = None if mutant["near"] is None else dict((number, index) for index, number in enumerate(mutant["near"]))
        found = []
        for each in items:
            number = self.number.get(self.name[id(each)])
            if rank is not None and number is not None:
                if number in rank:
                    found.append((rank[number], len(found), each))
            elif self.name[id(each)] in self.is_red or not are_red and rank is None:
                found.append((MAX_TESTS + abs(self.position[id(each)] - self.at), len(found), each))
        return [each for _, _, each in sorted(found, key=lambda row: row[:2])]


def checked_by(child):
    """Return the letter of the failing test, and what neighbours and other red tests say; what has not answered says nothing."""
    again, green, red = child.counts
    letters = child.letters[:-1] if child.is_cut and child.letters.endswith("T") else child.letters
    if child.is_cut:
        green = max(min(green, len(letters) - again), 0)
        red = max(min(red, len(letters) - again - green), 0)
    more = letters[again + green + red :]
    kept = letters[again : again + green].count("P") + more.count("P")
    mended = letters[again + green : again + green + red].count("P")
    counts = {"neighbours": green + len(more), "green": kept, "siblings": red, "mended": mended}
    return letters[:again] or "P", counts


def is_clean(mutant, checked):
    """Whether a flip takes no check away, keeps every neighbour, mends most other red tests, and several of both.

    What few other tests run may be any dodge: such a flip says less than one that is found later.
    """
    green, mended = checked.get("green", 0), checked.get("mended", 0)
    is_kept = 0 < green == checked.get("neighbours", 0) and green + mended >= SEVERAL
    mends = 2 * mended >= checked.get("siblings", 0)
    return is_kept and mends and not mutant.get("silences")
