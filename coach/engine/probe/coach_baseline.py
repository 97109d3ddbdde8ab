"""What the unchanged tests do in forked children: the failing one fails as it should, neighbours are green or red.

PYTEST_DONT_REWRITE

Part of ``coach_mutator``; standard library only, Python 3.8+, systems with ``fork``.
"""

from coach_fork import clock

PATIENCE = 4.0
LEAST_SECONDS = 0.5
MAX_SECONDS = 60.0
SHARE = 3
"""A test that takes more than this part of the time leaves no room for mutants."""
HANG_SECONDS = 2.0
"""How long a test that is known to end by a timeout is watched before that counts as its failure."""
NEIGHBOUR_SECONDS, NEIGHBOUR_SHARE = 5.0, 4
NEIGHBOUR_EACH = 1.0
"""One that hangs is left out; the others are run on."""
ONCE_MORE = 1.0
"""A failing test that takes less is run twice: does it always fail alike?"""


class Baseline:
    """The unchanged tests, and how long a mutant of them may take."""

    def __init__(self, run, plan, reason, deadline):
        """``run`` runs items in a child, within seconds in all and, where more than 0, seconds of each; returns the child."""
        self.run, self.plan, self.reason, self.deadline = run, plan, reason, deadline
        self.took, self.hangs = 0.0, False
        self.neighbours_took = self.slowest = 0.0

    def limits(self):
        """Return the seconds that a mutant may take, those that it and its neighbours may take, and those of each of these."""
        limit = max((self.slowest if self.hangs else self.took) * PATIENCE, LEAST_SECONDS)
        each = max(limit, self.slowest * PATIENCE)
        return limit, limit + self.neighbours_took * PATIENCE + LEAST_SECONDS, each

    def passes(self, item):
        """Run the test, which must pass; returns why it is no base."""
        child = self.run([item], MAX_SECONDS)
        self.took = child.took
        said = "the test does not pass in a forked process (%s)" % (child.letters or "no answer")
        return "" if child.letters == "P" else said

    def fails(self, item):
        """Run the test, which must fail as it does for the session; returns why it is no base.

        A test that ends by a timeout there is not ended by it here: that it goes on is its failure.
        """
        is_timeout = self.plan.get("is_timeout")
        limit = min(MAX_SECONDS, max((self.deadline - clock()) / SHARE, LEAST_SECONDS))
        self.reason.is_asked = True
        child = self.run([item], min(limit, HANG_SECONDS) if is_timeout else limit)
        self.reason.is_asked = False
        self.took = child.took
        if child.letters == "T":
            self.hangs = bool(is_timeout)
            said = "the test takes more than a third of the %.3g s that there are for mutations" % self.plan["budget"]
            return "" if is_timeout else said
        if child.letters != "F":
            return "the test does not fail in a forked process (%s)" % (child.letters or "no answer")
        self.reason.take()
        other = self.reason.differs(self.plan.get("failure"))
        return "in the copy the test fails for another reason: " + other if other else ""

    def run_neighbours(self, neighbours, item):
        """Run the neighbours without a mutant, one that hangs left out, and the failing test once more where that is quick."""
        end = clock() + min(NEIGHBOUR_SECONDS, max(self.deadline - clock(), 0.0) / NEIGHBOUR_SHARE)
        again = [item] if self.reason.seen and self.took < ONCE_MORE else []
        is_stable = False
        while (again or neighbours.waiting) and clock() < end:
            child = self.run(again + neighbours.waiting, end - clock(), NEIGHBOUR_EACH)
            is_stable = is_stable or bool(again) and child.letters[:1] == "F"
            letters = child.letters[len(again) :]
            self.neighbours_took += child.last - child.began
            self.slowest = max(self.slowest, child.slowest)
            neighbours.learn(letters)
            if not letters:
                break
            again = []
        self.reason.is_stable = is_stable
