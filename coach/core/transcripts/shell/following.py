"""Follows the commands of a transcript through the files in memory: what each writes, or that it cannot be told."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from posixpath import join, normpath

from coach.core.transcripts.contents import Content
from coach.core.transcripts.files.tree import Files
from coach.core.transcripts.model import Ran
from coach.core.transcripts.shell.arrival import arrivals
from coach.core.transcripts.shell.budget import Budget
from coach.core.transcripts.shell.call import PRINTED, Call
from coach.core.transcripts.shell.conditions import Chain
from coach.core.transcripts.shell.file_commands import (
    cat,
    copy_or_move,
    echo,
    head_or_tail,
    printf,
    put,
    remove,
    sed,
    tee,
    touch,
)
from coach.core.transcripts.shell.git_commands import git
from coach.core.transcripts.shell.nested import MOST_NESTED, SHELLS, code_of, inner_shell
from coach.core.transcripts.shell.parser import parse_shell
from coach.core.transcripts.shell.patch_commands import apply_patch_file, apply_patch_word
from coach.core.transcripts.shell.patterns import NotInterpretable
from coach.core.transcripts.shell.powershell import Written, written_files
from coach.core.transcripts.shell.python_commands import python
from coach.core.transcripts.shell.syntax import Command, Pipeline, Redirect, Word

Handler = Callable[[Call], Content]

HANDLERS: dict[str, Handler] = {
    "apply_patch": apply_patch_word,
    "applypatch": apply_patch_word,
    "cat": cat,
    "cp": copy_or_move,
    "echo": echo,
    "git": git,
    "head": head_or_tail,
    "mv": copy_or_move,
    "patch": apply_patch_file,
    "printf": printf,
    "python": python,
    "rm": remove,
    "sed": sed,
    "tail": head_or_tail,
    "tee": tee,
    "touch": touch,
    "unlink": remove,
}
"""Commands whose effect on files can be told, by name."""

CHANGING = frozenset(
    [
        "autoflake",
        "autopep8",
        "black",
        "dd",
        "ed",
        "ex",
        "install",
        "isort",
        "ln",
        "perl",
        "prettier",
        "pyupgrade",
        "rsync",
        "ruff",
        "truncate",
        "vi",
        "vim",
        "2to3",
        "yapf",
        "dos2unix",
        "unix2dos",
        "tr",
        "eslint",
    ]
)
"""Commands that may change the files they name, in a way that cannot be told."""
_LOOKING = frozenset({"--check", "--diff", "--dry-run", "check", "--version"})
_WRAPPERS = {
    "sudo": "ugC",
    "env": "uC",
    "time": "",
    "nohup": "",
    "command": "",
    "exec": "",
    "timeout": "ks",
    "nice": "n",
    "stdbuf": "ioe",
}
_PYTHON = re.compile(r"(?:.*/)?(?:python|pypy)(?:\d(?:\.\d{1,2})?)?")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_NOT_FOUND = re.compile(r"(?:^|: )([\w./+-]{1,80}): (?:command )?not found$", re.MULTILINE)
_CHOSEN = re.compile(r"\b(?:sed -i|rm|perl -p?i|mv|cp|black|tee)\b")


@dataclass(frozen=True, slots=True)
class Followed:
    """One pipeline that was followed, and the folder it ran in."""

    text: str
    cwd: str
    is_sure: bool


@dataclass
class Shell:
    """The commands of one transcript, with the files they change."""

    files: Files
    budget: Budget = field(default_factory=Budget)
    missing: frozenset[str] = frozenset()
    """Programs that the command being followed did not find, by its output."""
    is_early: bool = False
    """It was ended before it was through."""

    def follow(self, ran: Ran) -> Iterator[Followed]:
        """Follow a command; yields after each pipeline, so that the files can be looked at in between."""
        self.missing = (
            frozenset(_NOT_FOUND.findall(ran.output[:20_000])) if "not found" in ran.output else frozenset()
        )
        self.is_early = ran.is_ended_early
        if written := list(written_files(ran.command)):
            self._write_here_strings(written, ran)
            yield Followed(ran.command, ran.cwd, is_sure=True)
            return
        yield from self._follow_text(ran.command, ran.cwd, ran.exit_code, nested=0)

    def _follow_text(
        self, text: str, cwd: str, code: int | None, *, nested: int, is_here: bool = True
    ) -> Iterator[Followed]:
        """Follow a text; with ``is_here`` False only what runs in it is told, since its files are not those of the checkout."""
        pipelines = parse_shell(text)
        folders, chain = [cwd], Chain()
        told = arrivals(pipelines, code, early=self.is_early)
        for index, pipeline in enumerate(pipelines):
            del folders[pipeline.depth + 1 :]
            folders += [folders[-1]] * (pipeline.depth + 1 - len(folders))
            here = folders[-1]
            arrival = chain.arrival(pipeline, told[index])
            if arrival == "no":
                continue
            folders[-1] = self._folder(pipeline, here) if arrival == "yes" else here
            chain.ran(pipeline, arrival, partial(self._read, here) if is_here else _nothing_known)
            is_sure = arrival == "yes" and not pipeline.is_conditional
            before = None if is_sure else self.files.copy_of_work()
            inner = inner_shell(pipeline) if nested < MOST_NESTED else None
            if inner is not None:
                own = code_of(pipelines, index, inner.row, code)
                is_known = is_here and inner.is_followed
                folder = here if is_known else ""
                for each in self._follow_text(inner.text, folder, own, nested=nested + 1, is_here=is_known):
                    yield replace(each, is_sure=each.is_sure and is_sure)
            if is_here:
                self._pipe(pipeline, here, nested)
            for path in self.files.differing(before) if before is not None else ():
                self.files.spoil(path, "changed by a command that may not have run")
            yield Followed(pipeline.text, here, is_sure)

    def _write_here_strings(self, written: list[Written], ran: Ran) -> None:
        """Write what PowerShell wrote, where it did not fail."""
        for each in written:
            path = self.files.path(each.path, ran.cwd)
            before = self.files.read(path) if each.is_more else ""
            if each.text is None or ran.is_ended_early or ran.exit_code or not isinstance(before, str):
                self.files.spoil(path, "written by PowerShell in a way that cannot be told")
            else:
                self.files.write(path, before + each.text)

    def _read(self, cwd: str, name: str) -> Content:
        return self.files.read(self.files.path(name, cwd))

    def _folder(self, pipeline: Pipeline, cwd: str) -> str:
        """Return the folder after a command: only ``cd`` alone changes it."""
        command = pipeline.commands[0]
        if len(pipeline.commands) != 1 or command.name not in {"cd", "pushd"} or pipeline.is_conditional:
            return cwd
        words = [word for word in command.words[1:] if word.text != "--"]
        if len(words) != 1 or not words[0].is_sure or words[0].text in {"-", "~"}:
            return cwd
        return normpath(join(cwd or self.files.root, words[0].text))

    def _pipe(self, pipeline: Pipeline, cwd: str, nested: int) -> None:
        printed: Content = PRINTED
        for command in pipeline.commands:
            stdin = self._input(command, cwd, printed)
            printed = self._command(command, cwd, stdin, nested)
            for redirect in command.redirects:
                if redirect.operator in {">", ">>"}:
                    self._write(redirect, cwd, printed, command)
                    printed = ""

    def _input(self, command: Command, cwd: str, printed: Content) -> Content:
        if command.here is not None:
            return command.here.text if command.here.is_sure else PRINTED
        sources = [each.target for each in command.redirects if each.operator == "<"]
        if sources and sources[-1].is_sure:
            content = self.files.read(self.files.path(sources[-1].text, cwd))
            return PRINTED if content is None else content
        return printed

    def _write(self, redirect: Redirect, cwd: str, printed: Content, command: Command) -> None:
        if not redirect.target.is_sure:
            self.files.lacks["files whose name the shell makes"] += 1
            return
        call = Call(self.files, command, cwd, self.budget)
        put(call, call.path(redirect.target.text), printed, append=redirect.operator == ">>")

    def _command(self, command: Command, cwd: str, stdin: Content, nested: int) -> Content:
        given, command = command, _bare(command)
        if not command.words:
            return ""
        if command.name in self.missing or given.name in self.missing:
            return PRINTED
        name = command.name.rpartition("/")[2]
        if name in SHELLS:
            self._inner_shell(command, cwd, stdin, nested)
            return PRINTED
        call = Call(self.files, command, cwd, self.budget, stdin)
        handler = python if _PYTHON.fullmatch(command.name) else HANDLERS.get(name)
        try:
            if handler is not None:
                return handler(call)
        except NotInterpretable as why:
            self._spoil_named(call, str(why))
            return PRINTED
        self._unread(call, name)
        return PRINTED

    def _unread(self, call: Call, name: str) -> None:
        """Judge a command that is not followed: what it names may be changed, or what it chooses itself."""
        texts = call.command.arguments
        if name in CHANGING and not _LOOKING & set(texts):
            self._spoil_named(call, f"{name} is not followed")
        elif name in {"find", "xargs"} and (_CHOSEN.search(" ".join(texts)) or "-delete" in texts):
            self.files.lacks["files that a command chose itself"] += 1

    def _spoil_named(self, call: Call, why: str) -> None:
        for path in dict.fromkeys(call.named_files()):
            self.files.spoil(path, why)

    def _inner_shell(self, command: Command, cwd: str, stdin: Content, nested: int) -> None:
        """Follow a script that a shell is given as a file or by a pipe; a text was followed where the pipeline began."""
        texts = command.arguments
        flags = [each for each in texts if each.startswith("-")]
        if command.here is not None or any("c" in each for each in flags) or nested >= MOST_NESTED:
            return
        text = stdin if len(flags) == len(texts) else self.files.read(self.files.path(texts[-1], cwd))
        if isinstance(text, str):
            for _ in self._follow_text(text, cwd, None, nested=nested + 1):
                pass


def _nothing_known(_: str) -> Content:
    return PRINTED


def _bare(command: Command) -> Command:
    """Return a command without assignments and wrappers before it."""
    words = list(command.words)
    while words:
        name = words[0].text
        if _ASSIGNMENT.match(name):
            words = words[1:]
        elif name in _WRAPPERS:
            words = _unwrapped(words[1:], _WRAPPERS[name])
            words = words[1:] if name == "timeout" else words
        elif name in {"uv", "poetry", "pipenv", "pdm", "hatch"} and len(words) > 2 and words[1].text == "run":
            words = words[2:]
        else:
            break
    return command if len(words) == len(command.words) else Command(words, command.redirects, command.here)


def _unwrapped(words: list[Word], with_value: str) -> list[Word]:
    while words and words[0].text.startswith("-"):
        takes = len(words[0].text) == 2 and words[0].text[1] in with_value
        words = words[2:] if takes else words[1:]
    return words
