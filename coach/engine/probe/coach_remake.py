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
from coach_room import STOPPED

BASELINE_SECONDS = 60.0
PATIENCE = 4.0
LEAST_SECONDS = 2.0
"""A child collects before it runs the test: more of it is chance than in a child of a collected session."""

_close, _exit, _getppid, _realpath, _write = os.close, os._exit, os.getppid, os.path.realpath, os.write


class Remade:
    """The plugin of a child: it runs the one test and says in one byte how that went."""

    def __init__(self, test, mutant, sending, source, temporary):
        self.temporary = temporary
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
            letter = coach_fork.letter_of(item, None, self.heard)
        else:
            letter = b"F" if session.testsfailed else b"N"  # the file of the test could not be imported: nobody can miss it
        _write(self.sending, letter if self.was_changed else b"N")
        _exit(0)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.heard.append(report)


class Round:
    """The parent's side: a child per mutant, until the budget is spent."""

    def __init__(self, plan, mutants, results, budget, room):
        self.room = room
        self.test, self.mutants, self.results, self.budget = plan["test"], mutants, results, budget
        self.trouble = ""
        self.sources = {}

    def run(self):
        """Return the plugin of a child in a child, None in the parent when all is tried."""
        began, parent = coach_fork.clock(), _getppid()
        self.room.remember()
        child, seen, took = self._try(None, BASELINE_SECONDS)
        if child is not None:
            return child
        if seen != "P":
            self.trouble = "the test does not pass in a process of its own (%s)" % (seen or "no answer")
            return None
        self.room.learn()
        for mutant in self.mutants:
            if self.room.trouble:
                self.trouble = self.room.trouble
                break
            if coach_fork.clock() - began > self.budget or _getppid() != parent:
                break
            if not self._can_be_compiled(mutant):
                self.results.send("mutant", {"id": mutant["id"], "result": "N"})
                continue
            child, seen, _ = self._try(mutant, max(took * PATIENCE, LEAST_SECONDS))
            if child is not None:
                return child
            if seen == "N":
                self.trouble = "%s was loaded before it could be changed" % mutant["shown"]
                continue
            why = self.room.refusal(0)
            self.results.send("mutant", {"id": mutant["id"], "result": STOPPED if why else seen, "why": why})
        return None

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
            return Remade(self.test, mutant, sending, source, self.room.temporary(0)), "", 0.0
        _close(sending)
        child = coach_fork.first_over([coach_fork.Child(pid, receiving, began, limit, 1)])
        child.slot = 0
        took = self.room.close(child, [])
        self.room.is_as_before([])
        return None, child.letters, took
