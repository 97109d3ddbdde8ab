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
from coach_baseline import Baseline
from coach_beforehand import Beforehand
from coach_fork import Child, be_quiet, clock, first_over, fork, forked, letter_of
from coach_ids import ids
from coach_neighbours import Neighbours, checked_by, is_clean
from coach_waiting import Waiting
from coach_pristine import stamp_now
from coach_reason import Reason
from coach_room import STOPPED, Room

CONFIRM_SECONDS = 1.0
"""What passes at the end of the time may still be looked at again."""

_write, _close, _exit, _getppid = os.write, os.close, os._exit, os.getppid


class Mutator:
    """The plugin: it takes the place of pytest's loop over the tests."""

    runs_tests = True

    def __init__(self, channel, results, plan, room, trouble=""):
        self.channel, self.results, self.plan, self.room, self.trouble = channel, results, plan, room, trouble
        self.functions = {}
        self.sources = {}
        self.parent = _getppid()
        self.heard = []
        self.reason = Reason()
        self.neighbours = self.beforehand = None
        self.deadline, self.more = plan["deadline"], plan.get("more", 0.0)

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
        _tell_no_summary(session.config)
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
        foreign = self.room.foreign()
        if foreign:
            return "impossible", "it loaded %s from outside the copy under test" % foreign
        self.room.remember()
        if self.room.trouble:
            return "impossible", self.room.trouble
        wants = self.plan.get("wants", "P")  # what a mutant must bring about: a pass of a red test, a failure of a green one
        if wants == "P" and clock() > self.deadline:
            return "budget", "collecting the tests took all the time there was"
        base = Baseline(self._run, self.plan, self.reason, self.deadline)
        asked = base.passes if wants == "F" else base.fails
        self.beforehand = Beforehand(self.room.copy)
        why = asked(item) or self.room.usual(wants)
        if not why and self.beforehand.load():
            why = asked(item)  # it should go as it did; what it needed was loaded by itself then
        if why:
            return "impossible", why
        self.neighbours = Neighbours(self.plan, session.items if wants == "P" else [item], item)
        base.run_neighbours(self.neighbours, item)
        self.room.learn()
        self.results.send("baseline", {"seconds": base.took, "green": len(self.neighbours.green)})
        self._find_functions()
        gc.collect()
        gc.freeze()  # children then share these pages instead of copying them when they collect
        if wants == "F":
            self.deadline = clock() + self.plan["budget"]
        return self._mutants(item, base.limits())

    def _mutants(self, item, limits):
        """Keep as many children under way as there are workers; what passes beside another one must pass again.

        Once children beside each other touch files that they share, they go on one at a time, and those begin anew.
        """
        waiting, under_way = Waiting(self.plan["mutants"]), []
        free = list(range(_workers(item, self.plan)))[::-1]
        is_alone = len(free) == 1
        ended = "all", ""
        while waiting or under_way:
            why = self._why_end(waiting)
            if why:
                ended = why
                waiting.clear()
            while waiting and free:
                mutant = waiting.pop()
                self.channel.send_short("test_start", _name(mutant))
                under_way.append(self._start(mutant, [item], limits[0], free.pop()))
            if under_way:
                child = first_over(under_way)
                under_way.remove(child)
                child.took += self.room.close(child, under_way)
                if not self.room.is_as_before(under_way):
                    waiting.again([each.mutant for each in [child] + under_way])
                    self.room.close_all(under_way)
                    self.room.put_back()
                    free, is_alone = [0], True
                    continue
                second = self._second(child, [] if is_alone else [item], limits)
                if second is not None:
                    under_way.append(second)
                    continue
                free.append(child.slot)
                if child.is_second or child.letters != "T" or not child.is_cut:  # else it was ended for want of time
                    self._tell(child)
                    waiting.learn(child)
        self.room.close_all(under_way)
        if waiting.is_settled:
            self.results.send("settled", {})
        return ended if not self.room.trouble else ("stopped", self.room.trouble)

    def _why_end(self, waiting):
        if self.room.trouble:
            return "stopped", self.room.trouble
        if _getppid() != self.parent:
            return "stopped", "coach is gone"
        if not waiting or clock() <= self.deadline:
            return None
        if not self.more:
            return "budget", ""
        self.deadline, self.more = self.deadline + self.more, 0.0  # nothing mended it yet: nothing else names a line
        return None

    def _second(self, child, again, limits):
        """Start a mutant that passes anew: with neighbours, with other red tests, and once more where it was not alone.

        Returns the new child, in the slot of the old one; None where there is nothing to ask.
        """
        if child.is_second or child.letters != "P" or self.room.refusal(child.slot):
            return None
        green, red, more = self.neighbours.of(child.mutant)
        if not again + green + red:
            return None
        counts = len(again), len(green), len(red)
        items = again + green + red + more
        second = self._start(child.mutant, items, limits[1], child.slot, CONFIRM_SECONDS, limits[2], counts)
        second.is_second, second.counts, second.took = True, counts, child.took
        return second

    def _tell(self, child):
        """Say what came of a mutant."""
        mutant, seen, why = child.mutant, child.letters, self.room.refusal(child.slot)
        checked = {}
        if child.is_second:
            seen, checked = checked_by(child)
        child.result = STOPPED if why else seen
        if child.result == "P" and checked.get("green") == checked.get("neighbours"):
            self.more = 0.0
        child.is_clean = child.result == "P" and is_clean(mutant, checked)
        self.results.send("mutant", dict(checked, id=mutant["id"], result=child.result, seconds=child.took, why=why))
        outcome = "passed" if seen == "P" and not why else "skipped"
        self.channel.send_short("test_end", _name(mutant), ',"outcome":"%s","duration":%.6f' % (outcome, child.took))

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

    def _run(self, items, limit, each=0.0):
        """Fork, and let the child run unchanged tests; returns it: a letter per test (P, F, C, E, S; T: it was ended), and seconds."""
        child = first_over([self._start(None, items, limit, 0, CONFIRM_SECONDS, each)])
        child.took = self.room.close(child, [])
        self.room.is_as_before([])
        return child

    def _start(self, mutant, items, limit, slot, after=0.0, each=0.0, counts=()):  # noqa: PLR0913 - one child, in words
        """Fork a child for a mutant. It has ``limit`` seconds, and ends ``after`` seconds behind the end of all time at most.

        ``counts`` says how many of the items are the failing test, green, and red; those behind them run while all green ones stay so.
        """
        self.room.begin(slot)
        left = max(self.deadline + self.more + after - clock(), 0.0) if self.plan.get("wants", "P") == "P" else limit
        pid, receiving, sending, began = forked()
        if pid == 0:
            try:
                be_quiet()
                self.room.enter(slot, items[0])
                self._in_child(mutant, items, sending, counts)
            finally:
                _exit(0)
        _close(sending)
        child = Child(pid, receiving, began, min(limit, left), len(items), each)
        child.mutant, child.slot, child.is_cut = mutant, slot, left < limit
        child.is_second, child.took = False, 0.0
        return child

    def _in_child(self, mutant, items, sending, counts=()):
        if mutant is not None and not self._swap(mutant):
            _write(sending, b"N")
            return
        is_kept = True
        for index, item in enumerate(items):
            if counts and index >= sum(counts) and not is_kept:
                return
            following = items[index + 1] if index + 1 < len(items) else None
            errors = []
            letter = letter_of(item, following, self.heard, errors)
            error = errors[-1] if letter == b"F" and errors else None
            if index == 0 and error is not None:
                letter = self.reason.letter(error)
                if self.reason.is_asked:
                    self.reason.say(error, self.room.copy)
            if mutant is None and index == 0:
                self.beforehand.say()
            if counts and not sum(counts[:2]) <= index < sum(counts):  # what is red already may stay so
                is_kept = is_kept and letter == b"P"
            _write(sending, letter)

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


def _tell_no_summary(config):
    """Leave out what plugins tell at the end: no test ran here that it could be about, and a report of coverage takes seconds."""
    try:
        config.hook.pytest_terminal_summary = lambda **_: []
    except AttributeError:
        pass


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
    plan["deadline"] = clock() + plan["budget"]  # of mutants that look for a place; the wrong fixes begin theirs later
    room = Room(Apart(os.path.dirname(path), settings["root"], settings.get("fence")), settings, plan, began)
    remade = [each for each in plan["mutants"] if each.get("module")]
    plan["mutants"] = [each for each in plan["mutants"] if not each.get("module")]
    trouble = ""
    share = plan["budget"] * (plan.get("import_share", 0.5) if plan["mutants"] else 1.0)
    if remade and share and fork is not None and not os.environ.get("PYTEST_XDIST_WORKER"):
        import coach_remake

        began = clock()
        tried = coach_remake.Round(plan, remade, results, share, room)
        child = tried.run()
        if child is not None:
            return child
        trouble = tried.trouble
        plan["budget"] = max(plan["budget"] - (clock() - began), plan["budget"] / 2)
    return Mutator(channel, results, plan, room, trouble)


assert sys.version_info >= (3, 8)
