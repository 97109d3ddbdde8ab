"""The room that children of one parent share: entered apart, left as it was found, and asked what happened in it.

PYTEST_DONT_REWRITE

Part of ``coach_mutator``; standard library only, Python 3.8+, systems with ``fork``.
"""

import os
import sys

from coach_fork import end_orphans, take_orphans
from coach_pristine import Pristine

STOPPED = "X"
"""Instead of a letter for how a test went: the child was refused something, so nobody knows how it would have gone."""
_ENVIRONMENTS = ("site-packages", "dist-packages", ".venv", "venv", ".tox", ".nox")


class Room:
    """What ``coach_apart`` keeps children to, and ``coach_pristine`` puts back."""

    def __init__(self, apart, settings, plan, began):
        self.apart, self.recorded, self.began = apart, plan.get("recorded", 0), began
        self.copy, self.checkout = settings["root"], (list(settings.get("other_roots") or ()) + [""])[0]
        self.trouble, self.files = "", None

    def remember(self):
        """Take what is there now for how every child must find it."""
        take_orphans()
        try:
            self.files = Pristine(self.apart.folders, self.copy, self.checkout, self.recorded, self.began)
        except OSError as error:
            self.trouble = "the files of the copy could not be read: %s" % error

    def foreign(self):
        """Return a module of the project that was loaded from the checkout instead of the copy; empty: there is none."""
        if not self.checkout:
            return ""
        start = os.path.realpath(self.checkout) + os.sep
        for module in list(sys.modules.values()):
            try:
                path = vars(module).get("__file__")
            except Exception:
                continue
            if type(path) is str and os.path.realpath(path).startswith(start):
                if not set(path.split(os.sep)).intersection(_ENVIRONMENTS):
                    return path
        return ""

    def begin(self, slot):
        self.apart.begin(slot)

    def enter(self, slot, item=None):
        if self.files is not None:
            self.files.close()
        self.apart.enter(slot, item)

    def close(self, child, under_way):
        """End a child and what it left behind; returns the seconds it took."""
        took = child.close()
        end_orphans(under_way)
        self.apart.hear(child.slot, child.pid, [each.pid for each in under_way])
        return took

    def close_all(self, under_way):
        while under_way:
            self.close(under_way.pop(), under_way)

    def is_as_before(self, under_way):
        """Put files back where they were touched; False: others are under way, so whose doing it was is not known.

        The caller then ends these, has the files put back, and tries again what they all were.
        """
        if self.files is None or not self.files.changed():
            return True
        if not under_way:
            self.put_back()
        return not under_way

    def put_back(self):
        if not self.files.put_back():
            self.trouble = "a mutant changed files of the copy that cannot be put back: " + self.files.trouble

    def usual(self, wants):
        """Learn what the unchanged test does. Returns why it is no base: it was refused something, and failed."""
        acts = self.apart.learn(0)
        if acts and wants == "P":
            return "the test itself %s, which is refused where changed code runs" % acts[0]
        self.apart.tolerate(acts)
        return ""

    def learn(self):
        """Learn what the unchanged tests do that may as well fail: what they are refused stops no mutant."""
        self.apart.tolerate(self.apart.learn(0))

    def temporary(self, slot):
        return self.apart.temporary(slot)

    def refusal(self, slot):
        return self.apart.refusal(slot)
