"""Try small wrong versions of what a module does when it is imported: constants, class bodies, defaults, decorators.

PYTEST_DONT_REWRITE

Part of ``coach_mutator``; standard library only, Python 3.8+, systems with ``fork``. By the time the tests are
collected such lines have run and their values are everywhere. So the process forks when the probe is loaded, before
any module of the project: each child is a pytest run of its own, which compiles the one file from changed source and
ends after the test.
"""

import os
from importlib.machinery import SourceFileLoader

import coach_fork
import coach_source
import pytest
from coach_ids import ids
from coach_reason import Reason
from coach_room import STOPPED

BASELINE_SECONDS = 60.0
PATIENCE = 4.0
LEAST_SECONDS = 2.0
"""A child collects before it runs the test: more of it is chance than in a child of a collected session."""

_close, _exit, _getppid, _realpath, _write = os.close, os._exit, os.getppid, os.path.realpath, os.write


NEIGHBOURS = 30
"""Other tests of the session that a change which mends the failing one is run with."""
MAX_SEEKING = 24
"""Mutants that look for a place: each costs an import of all that the test needs."""


class Remade:
    """The plugin of a child: it runs the one test and says in one byte how that went; perhaps its neighbours then."""

    runs_tests = True

    def __init__(self, test, mutant, sending, source, temporary, reason=None, root=""):
        """``reason``: how the test is to fail, for a round that looks for a place; None: it is to pass."""
        self.temporary, self.reason, self.root = temporary, reason, root
        self.test, self.mutant, self.sending = test, mutant, sending
        self.heard = []
        self.was_changed = mutant is None or self._change(source)

    def _change(self, source):
        """Have the file compiled from its changed source whenever it is imported; returns False: it was not yet."""
        plain, file = SourceFileLoader.get_code, self.mutant["file"]
        code = source.whole(self.mutant)

        def get_code(loader, fullname):
            if _realpath(loader.get_filename(fullname)) != file:
                return plain(loader, fullname)
            self.was_changed = True
            return code

        SourceFileLoader.get_code = get_code
        return False

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        config.option.basetemp = self.temporary
        if hasattr(config.option, "dist"):
            config.option.dist = "no"  # workers of pytest-xdist would be new processes, with the file as it is

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        item = next((each for each in session.items if ids.of_item(each) == self.test), None)
        if item is not None:
            letter = self._letter(item)
        else:
            letter = b"F" if session.testsfailed else b"N"  # the file of the test could not be imported: nobody can miss it
        _write(self.sending, letter if self.was_changed else b"N")
        is_asked = self.reason is not None and self.was_changed and (letter == b"P" or self.mutant is None)
        others = [each for each in session.items if each is not item][:NEIGHBOURS] if is_asked else []
        for other in others:
            _write(self.sending, coach_fork.letter_of(other, None, self.heard))
        _exit(0)

    def _letter(self, item):
        errors = []
        letter = coach_fork.letter_of(item, None, self.heard, errors)
        if self.reason is None or letter != b"F" or not errors or errors[-1] is None:
            return letter
        if self.reason.is_asked:
            self.reason.say(errors[-1], self.root)
        return self.reason.letter(errors[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.heard.append(report)


class Round:
    """The parent's side: a child per mutant, until the budget is spent."""

    def __init__(self, plan, mutants, results, budget, room):
        self.room, self.plan = room, plan
        self.test, self.results = plan["test"], results
        self.is_seeking = plan.get("wants", "P") == "P"
        self.mutants = mutants[:MAX_SEEKING] if self.is_seeking else mutants
        self.end = coach_fork.clock() + budget
        self.trouble = ""
        self.sources = {}
        self.reason, self.letters = Reason() if self.is_seeking else None, ""
        self.others_took = 0.0

    def run(self):
        """Return the plugin of a child in a child, None in the parent when all is tried."""
        parent = _getppid()
        self.room.remember()
        child, took, why = self._baseline()
        if child is not None or why:
            self.trouble = why
            return child
        for mutant in self.mutants:
            if self.room.trouble:
                self.trouble = self.room.trouble
                break
            if coach_fork.clock() > self.end or _getppid() != parent:
                break
            if not self._can_be_compiled(mutant):
                self.results.send("mutant", {"id": mutant["id"], "result": "N"})
                continue
            child, seen, _ = self._try(mutant, max(took * PATIENCE, LEAST_SECONDS))
            if child is not None:
                return child
            if seen[:1] == "N":
                self.trouble = "%s was loaded before it could be changed" % mutant["shown"]
                continue
            why = self.room.refusal(0)
            fields = self._compared(seen) if self.is_seeking else {"result": seen}
            self.results.send("mutant", dict(fields, id=mutant["id"], why=why, **({"result": STOPPED} if why else {})))
        return None

    def _baseline(self):
        """Run the unchanged test; returns (plugin, 0, "") in the child, and (None, seconds, why it is no base) in the parent."""
        if not self.is_seeking:
            child, seen, took = self._try(None, BASELINE_SECONDS)
            if child is None and seen == "P":
                self.room.learn()
            said = "the test does not pass in a process of its own (%s)" % (seen or "no answer")
            return child, took, "" if child is not None or seen == "P" else said
        left = max(self.end - coach_fork.clock(), LEAST_SECONDS)
        self.reason.is_asked = True
        child, seen, took = self._try(None, min(left, BASELINE_SECONDS))
        self.reason.is_asked = False
        if child is not None:
            return child, 0.0, ""
        if seen[:1] != "F":
            return None, took, "the test does not fail in a process of its own (%s)" % (seen[:1] or "no answer")
        self.reason.take()
        other = self.reason.differs(self.plan.get("failure"))
        if other:
            return None, took, "in the copy the test fails for another reason: " + other
        self.letters = seen[1:]
        return None, took, self.room.usual("P")

    def _compared(self, seen):
        """Return the letter of the test, and what its neighbours and other red tests say of a mutant that mends it."""
        pairs = list(zip(self.letters, seen[1:])) if seen[:1] == "P" else []
        green = [now for before, now in pairs if before == "P"]
        red = [now for before, now in pairs if before == "F"]
        counts = {"neighbours": len(green), "green": green.count("P"), "siblings": len(red), "mended": red.count("P")}
        return dict(counts, result=seen[:1])

    def _can_be_compiled(self, mutant):
        path = mutant["file"]
        try:
            if path not in self.sources:
                self.sources[path] = coach_source.Source(path)
            self.sources[path].whole(mutant)
        except (OSError, SyntaxError, ValueError):
            return False
        return True

    def _try(self, mutant, limit):
        """Fork; returns (plugin, "", 0) in the child, and (None, letters, seconds) in the parent."""
        self.room.begin(0)
        pid, receiving, sending, began = coach_fork.forked()
        if pid == 0:
            coach_fork.be_quiet()
            self.room.enter(0)
            source = self.sources[mutant["file"]] if mutant else None
            place, root = self.room.temporary(0), self.room.copy
            return Remade(self.test, mutant, sending, source, place, self.reason, root), "", 0.0
        _close(sending)
        count = NEIGHBOURS + 1 if self.is_seeking else 1
        more = self.others_took * PATIENCE + LEAST_SECONDS if self.is_seeking and mutant else 0.0
        child = coach_fork.Child(pid, receiving, began, limit + more, count, limit if more else 0.0)
        coach_fork.first_over([child])
        child.slot = 0
        took = self.room.close(child, [])
        self.room.is_as_before([])
        if self.is_seeking and not mutant and child.first:
            self.others_took, took = took - child.first, child.first
        return None, child.letters, took
