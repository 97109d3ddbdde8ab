"""Try small mutations of the project's code, swapped in memory: one forked child per mutant, in a copy of the project.

PYTEST_DONT_REWRITE

Loaded by the probe only when coach asks for it; standard library only, Python 3.8+, systems with ``fork``. pytest has
collected the failing test's file; instead of running it, the process forks a child per mutant, which swaps the
changed functions' code objects, runs the failing test and says in one byte a test how it went. The parent runs no
test itself, and puts back what a child did to the files, so every child starts from the same state. A mutant may take a multiple of the baseline's own time, then
it is ended. What runs when a module is imported is changed before that: ``coach_remake``.
"""

import gc
import json
import os
import sys
import types

import coach_source
import pytest
from coach_apart import Apart
from coach_fork import Child, be_quiet, clock, first_over, fork, forked, letter_of
from coach_ids import ids
from coach_pristine import stamp_now
from coach_room import STOPPED, Room

NEIGHBOURS = 200
NEIGHBOUR_SECONDS = 5.0
BASELINE_SECONDS = 60.0
PATIENCE = 4.0
LEAST_SECONDS = 0.5

_write, _close, _exit, _getppid = os.write, os.close, os._exit, os.getppid


class Mutator:
    """The plugin: it takes the place of pytest's loop over the tests."""

    def __init__(self, channel, results, plan, room, trouble=""):
        self.channel, self.results, self.plan, self.room, self.trouble = channel, results, plan, room, trouble
        self.functions = {}
        self.sources = {}
        self.parent = _getppid()
        self.heard = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        self.channel.send("collected", {"selected": len(self.plan["mutants"]), "deselected": 0})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        worker = getattr(session.config, "workerinput", {}).get("workerid", "gw0")
        if worker != "gw0":
            return True  # of several workers one is enough
        if not session.items and session.config.pluginmanager.hasplugin("dsession"):
            return None  # the controller has no tests: its first worker does the work
        try:
            ended, why = self._loop(session) if self.plan["mutants"] else ("all", "")
            self.results.send("ended", {"ended": ended, "why": why or self.trouble})
        except Exception as error:
            self.channel.note("mutants", error)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        """Only subtests report by themselves here: the test around them may pass while they fail."""
        if report.failed:
            self.heard.append(report)

    def _loop(self, session):
        if fork is None:
            return "impossible", "this system cannot fork"
        item = next((each for each in session.items if ids.of_item(each) == self.plan["test"]), None)
        if item is None:
            return "impossible", "the failing test was not collected"
        others = [each for each in session.items if each is not item][:NEIGHBOURS]
        wants = self.plan.get("wants", "P")  # what a mutant must bring about: a pass of a red test, a failure of a green one
        if wants == "F":
            others = []
        foreign = self.room.foreign()
        if foreign:
            return "impossible", "it loaded %s from outside the copy under test" % foreign
        self.room.remember()
        if self.room.trouble:
            return "impossible", self.room.trouble
        seen, took = self._child(None, [item], BASELINE_SECONDS)
        if seen != ("F" if wants == "P" else "P"):
            does = "fail" if wants == "P" else "pass"
            return "impossible", "the test does not %s in a forked process (%s)" % (does, seen or "no answer")
        why = self.room.usual(wants)
        if why:
            return "impossible", why
        before, others_took = self._child(None, others, NEIGHBOUR_SECONDS) if others else ("", 0.0)
        self.room.learn()
        green = [each for each, result in zip(others, before) if result == "P"]
        self.results.send("baseline", {"seconds": took, "green": len(green)})
        self._find_functions()
        gc.collect()
        gc.freeze()  # children then share these pages instead of copying them when they collect
        return self._mutants(item, green, max(took * PATIENCE, LEAST_SECONDS), others_took * PATIENCE + LEAST_SECONDS)

    def _mutants(self, item, green, limit, neighbour_limit):
        """Keep as many children under way as there are workers; what passes beside another one must pass again.

        Once children beside each other touch files that they share, they go on one at a time, and those begin anew.
        """
        deadline = clock() + self.plan["budget"]
        waiting, under_way = list(reversed(self.plan["mutants"])), []
        free = list(range(_workers(item, self.plan)))[::-1]
        is_alone = len(free) == 1
        ended = "all", ""
        while waiting or under_way:
            if self.room.trouble:
                ended, waiting = ("stopped", self.room.trouble), []
            elif _getppid() != self.parent:
                ended, waiting = ("stopped", "coach is gone"), []
            elif waiting and clock() > deadline:
                ended, waiting = ("budget", ""), []
            while waiting and free:
                mutant = waiting.pop()
                self.channel.send_short("test_start", _name(mutant))
                under_way.append(self._start(mutant, [item], limit, free.pop()))
            if under_way:
                child = first_over(under_way)
                under_way.remove(child)
                took = self.room.close(child, under_way)
                again = [] if is_alone else [item]
                if self.room.is_as_before(under_way) and self._tell(child, took, green, again, limit + neighbour_limit, under_way):
                    free.append(child.slot)
                else:
                    waiting += [each.mutant for each in [child] + under_way]
                    self.room.close_all(under_way)
                    self.room.put_back()
                    free, is_alone = [0], True
        self.room.close_all(under_way)
        return ended if not self.room.trouble else ("stopped", self.room.trouble)

    def _tell(self, child, took, green, again, limit, under_way):
        """Say what came of a mutant; returns False when that cannot be said, for what others beside it did."""
        mutant, seen, why = child.mutant, child.letters, self.room.refusal(child.slot)
        near = green if mutant["near"] is None else [each for each in green if ids.of_item(each) in mutant["near"]]
        kept = 0
        if seen == "P" and not why and again + near:
            second = first_over([self._start(mutant, again + near, limit, child.slot)])
            self.room.close(second, under_way)
            if not self.room.is_as_before(under_way):
                return False
            letters, why = second.letters, self.room.refusal(child.slot)
            seen, kept = letters[: len(again)] or seen, letters[len(again) :].count("P")
        fields = {"id": mutant["id"], "result": STOPPED if why else seen, "seconds": took, "green": kept}
        self.results.send("mutant", dict(fields, neighbours=len(near), why=why))
        outcome = "passed" if seen == "P" and not why else "skipped"
        self.channel.send_short("test_end", _name(mutant), ',"outcome":"%s","duration":%.6f' % (outcome, took))
        return True

    def _find_functions(self):
        """Remember the live functions of every file that is to change: classes, closures and caches share them."""
        paths = set(each["file"] for each in self.plan["mutants"])
        real = {}
        for each in gc.get_objects():
            if type(each) is types.FunctionType:
                path = each.__code__.co_filename
                if path not in real:
                    real[path] = path if path in paths else os.path.realpath(path)
                if real[path] in paths:
                    self.functions.setdefault(real[path], []).append(each)
        for path in self.functions:
            try:
                self.sources[path] = coach_source.Source(path)
            except (OSError, SyntaxError, ValueError):
                pass

    def _child(self, mutant, items, limit):
        """Fork, and let the child run the items; returns a letter per test (P, F, S; T: it was ended), and seconds."""
        child = first_over([self._start(mutant, items, limit, 0)])
        took = self.room.close(child, [])
        self.room.is_as_before([])
        return child.letters, took

    def _start(self, mutant, items, limit, slot):
        self.room.begin(slot)
        pid, receiving, sending, began = forked()
        if pid == 0:
            try:
                be_quiet()
                self.room.enter(slot, items[0])
                self._in_child(mutant, items, sending)
            finally:
                _exit(0)
        _close(sending)
        child = Child(pid, receiving, began, limit, len(items))
        child.mutant, child.slot = mutant, slot
        return child

    def _in_child(self, mutant, items, sending):
        if mutant is not None and not self._swap(mutant):
            _write(sending, b"N")
            return
        for index, item in enumerate(items):
            following = items[index + 1] if index + 1 < len(items) else None
            _write(sending, letter_of(item, following, self.heard))

    def _swap(self, mutant):
        """Give every live function of the file its changed code; False when the change cannot be applied."""
        try:
            table = {}
            _codes(self.sources[mutant["file"]].compiled(mutant), table)
        except (SyntaxError, ValueError, KeyError, StopIteration):
            return False
        swapped = 0
        for function in self.functions.get(mutant["file"], ()):
            code = function.__code__
            new = table.get((code.co_name, code.co_firstlineno))
            if new is None or new == code or len(new.co_freevars) != len(code.co_freevars):
                continue
            function.__code__ = new
            swapped += 1
        return swapped > 0


def _codes(code, table):
    table[code.co_name, code.co_firstlineno] = code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            _codes(each, table)


def _workers(item, plan):
    """How many children may run beside each other: they need temporary folders of their own."""
    factory = getattr(item.config, "_tmp_path_factory", None)
    return plan.get("workers", 1) if getattr(factory, "_given_basetemp", None) is not None else 1


def _name(mutant):
    return "%s:%d" % (mutant["shown"], mutant["line"])


def load(settings, channel, results):
    """Return the plugin for a plan written by coach; in a child that imports a changed module, the plugin of that child.

    ``settings`` are the probe's: ``root`` is the copy of the project, ``other_roots`` what it is a copy of.
    """
    path, began = settings["mutants"], stamp_now()
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    room = Room(Apart(os.path.dirname(path), settings["root"], settings.get("fence")), settings, plan, began)
    remade = [each for each in plan["mutants"] if each.get("module")]
    plan["mutants"] = [each for each in plan["mutants"] if not each.get("module")]
    trouble = ""
    if remade and fork is not None and not os.environ.get("PYTEST_XDIST_WORKER"):
        import coach_remake

        began = clock()
        share = plan["budget"] / 2 if plan["mutants"] else plan["budget"]
        tried = coach_remake.Round(plan, remade, results, share, room)
        child = tried.run()
        if child is not None:
            return child
        trouble = tried.trouble
        plan["budget"] = max(plan["budget"] - (clock() - began), plan["budget"] / 2)
    return Mutator(channel, results, plan, room, trouble)


assert sys.version_info >= (3, 8)
