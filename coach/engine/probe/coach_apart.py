"""Keep the child that runs changed code apart: folders of its own, the fence around them, and word of what it was refused.

PYTEST_DONT_REWRITE

Part of ``coach_mutator``; standard library only, Python 3.8+, systems with ``fork``. The child writes what it was refused into
memory that it shares with its parent, in that moment: it may not live to say it. What the programs it starts are refused, coach
tells where the kernel lets it look at their calls; elsewhere one that the unchanged test did not start, and that ends in an
error, counts as refused.
"""

import mmap
import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import blake2b

import coach_fence
import coach_refused

SIZE = 65_536
MOST_SAID = 300
_OWN = ("HOME", "TMPDIR", "XDG_RUNTIME_DIR")
REFUSED = "refused"
"""The file in which coach's own watch writes each refused act, with the group of the process, before that goes on."""
_SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "busybox", "env", "xargs")
_C_LIBRARY = "asks the C library for "
_blake = blake2b


class Apart:
    """What children of one parent are kept to, by slot: those of two slots run beside each other."""

    def __init__(self, folder, copy, fence=None):
        """``folder`` holds the files of the run, ``copy`` the tree; ``fence`` is how the parent is confined, None: not at all."""
        self.folder, self.copy, self.fence = folder, copy, fence
        self.shared = [os.environ[each] for each in _OWN if _is_below(os.environ.get(each, ""), folder)]
        self.memories, self.fences = {}, {}
        self.is_told = bool(fence and fence.get("is_asked"))
        self.read = 0
        self.waiting, self.seen = {}, {}
        self.usual, self.tolerated = set(), set()

    @property
    def folders(self):
        """What all children may write, and what has to be put back after each."""
        return [self.copy, *self.shared]

    def place(self, slot):
        return os.path.join(self.folder, "mutants", str(slot))

    def temporary(self, slot):
        """Where pytest makes the temporary folders of tests."""
        return os.path.join(self.place(slot), "pytest")

    def begin(self, slot):
        """In the parent, before it forks: empty the slot."""
        place = self.place(slot)
        temporary = os.path.join(place, "tmp")
        try:
            if not os.path.isdir(temporary):
                os.makedirs(temporary, 0o700)
            for name in os.listdir(temporary):
                shutil.rmtree(os.path.join(temporary, name), ignore_errors=True)
                if os.path.lexists(os.path.join(temporary, name)):
                    os.unlink(os.path.join(temporary, name))
        except OSError:
            pass
        if slot not in self.memories:
            self.memories[slot] = mmap.mmap(-1, SIZE)
        self.memories[slot][:4] = b"\0" * 4
        self.seen[slot] = []
        self._prepare(slot)

    def _prepare(self, slot):
        """Tell the kernel once what children of the slot may write; anew when a folder is another one by now."""
        if self.fence is None:
            return
        known, ruleset, allowed = self.fences.get(slot, (None, -1, ()))
        folders = [self.place(slot), *self.folders] + (list(coach_refused.SHARED) if self.is_told else [])
        now = [_number(each) for each in folders]
        if now != known:
            if ruleset >= 0:
                os.close(ruleset)
            allowed = [os.path.realpath(each) for each in folders]
            self.fences[slot] = now, coach_fence.prepared(allowed), allowed

    def enter(self, slot, item=None):
        """In the child: take the folders of the slot, and let the fence down."""
        place = self.place(slot)
        temporary = os.path.join(place, "tmp")
        was = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = temporary
        if tempfile.tempdir in (was, None) or not was:
            tempfile.tempdir = None
        factory = getattr(getattr(item, "config", None), "_tmp_path_factory", None)
        if getattr(factory, "_given_basetemp", None) is not None:
            factory._given_basetemp = type(factory._given_basetemp)(self.temporary(slot))
        if self.fence is None:
            return
        said = _Said(self.memories[slot], place, self.tolerated)
        _, ruleset, allowed = self.fences[slot]
        coach_fence.confine_by(ruleset)
        coach_refused.forget()
        coach_refused.watch(allowed, is_asked=self.fence.get("is_asked", False), told=said.refused, are_real=True)
        if not self.is_told:
            _hear_of_programs(said)

    def hear(self, slot, group, others):
        """In the parent, when a child is over: take in what coach saw of it, also of what left its group."""
        if not self.is_told:
            return
        found = []
        try:
            with open(os.path.join(self.folder, REFUSED), "rb") as file:
                file.seek(self.read)
                part = file.read()
            self.read += len(part)
            found = [each.partition(" ") for each in part.decode("utf-8", "replace").splitlines()]
        except OSError:
            pass  # nothing was refused yet
        for number, _, act in found:
            whose = int(number) if number.isdecimal() and int(number) in others else group
            self.waiting.setdefault(whose, []).append(act)
        self.seen[slot] = self.waiting.pop(group, [])

    def learn(self, slot):
        """Take what the unchanged test did for usual; returns what it was refused."""
        acts, programs = self._told(slot)
        self.usual |= set(programs)
        return acts

    def tolerate(self, acts):
        """What the unchanged test was refused, and ended as it should all the same, stops no mutant."""
        self.tolerated |= set(acts)

    def refusal(self, slot):
        """Say what a child was refused, or may have been; empty: nothing."""
        acts, programs = self._told(slot)
        if acts:
            return acts[0]
        started, ended, shown = {}, {}, {}
        for kind, name, rest in programs:
            if kind == "c":
                if (kind, name, rest) not in self.usual:
                    return _C_LIBRARY + name
            elif kind == "s":
                started[name], shown[name] = started.get(name, 0) + 1, rest
            elif kind == "e" and (rest == "0" or (kind, name, rest) in self.usual):
                ended[name] = ended.get(name, 0) + 1
        for name, count in started.items():
            is_usual = ("s", name, shown[name]) in self.usual and not any(
                kind == "e" and each == name and rest != "0" and (kind, each, rest) not in self.usual
                for kind, each, rest in programs
            )
            is_shell = shown[name].partition(" ")[0].rpartition("/")[2] in _SHELLS
            if not is_usual and (is_shell or ended.get(name, 0) < count):
                return "may have been refused what it started: " + shown[name]
        return ""

    def _told(self, slot):
        """Return the acts that were refused and the lines about programs, as the child wrote them."""
        memory = self.memories.get(slot)
        if memory is None:
            return [], []
        size = min(int.from_bytes(memory[:4], "little"), SIZE - 4)
        lines = bytes(memory[4 : 4 + size]).decode("utf-8", "replace").split("\n")
        parts = [tuple(each.split("\t", 2)) for each in lines if each.count("\t") == 2]
        acts = [rest for kind, _, rest in parts if kind == "r"] + self.seen.get(slot, [])
        return [each for each in acts if each not in self.tolerated], [each for each in parts if each[0] != "r"]


class _Said:
    """The child's side of the memory."""

    def __init__(self, memory, place, tolerated):
        self.memory, self.place, self.tolerated = memory, place, tolerated

    def say(self, kind, name, rest):
        rest = rest.replace(self.place, "<own>").replace("\n", " ").replace("\t", " ")[:MOST_SAID]
        line = ("%s\t%s\t%s\n" % (kind, name, rest)).encode("utf-8", "replace")
        at = int.from_bytes(self.memory[:4], "little")
        if at + len(line) <= SIZE - 4:
            self.memory[4 + at : 4 + at + len(line)] = line
            self.memory[:4] = (at + len(line)).to_bytes(4, "little")

    def refused(self, act):
        if act not in self.tolerated:
            self.say("r", "", act)

    def words(self, words):
        """Return a name for the words of a program, and the words as they are shown."""
        parts = [words] if isinstance(words, (str, bytes)) or hasattr(words, "__fspath__") else list(words)
        shown = " ".join(os.fsdecode(each) for each in parts).replace(self.place, "<own>")
        return _blake(shown.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest(), shown

    def started(self, words):
        self.say("s", *self.words(words))

    def ended(self, words, code):
        self.say("e", self.words(words)[0], str(code))


def _hear_of_programs(said):
    last = [None]

    def heard(event, args):
        try:
            if event == "subprocess.Popen":
                last[0] = said.words(args[1])[0]
                said.started(args[1])
            elif event == "os.system":
                said.started(("sh", os.fsdecode(args[0])))
            elif event in ("os.exec", "os.posix_spawn"):
                if said.words(args[1])[0] != last[0]:  # it is how the same program is started
                    said.started(args[1])
                last[0] = None
            elif event == "os.spawn":
                said.started(args[2])
            elif event == "ctypes.dlsym":
                said.say("c", str(args[1]), "")
        except Exception:
            pass

    plain = subprocess.Popen._handle_exitstatus

    def handle(self, *args, **named):
        found = plain(self, *args, **named)
        try:
            said.ended(self.args, self.returncode)
            if isinstance(self.args, str):
                said.ended(("/bin/sh", "-c", self.args), self.returncode)
        except Exception:
            pass
        return found

    if hasattr(sys, "addaudithook"):
        sys.addaudithook(heard)
        subprocess.Popen._handle_exitstatus = handle


def _number(path):
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _is_below(path, folder):
    return bool(path) and os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep)
