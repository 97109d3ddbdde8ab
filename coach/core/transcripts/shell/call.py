"""One command of a shell while it is followed: its words, its input, and the files it may change."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from coach.core.transcripts.contents import Content, Unknown
from coach.core.transcripts.files.tree import Files
from coach.core.transcripts.shell.budget import Budget
from coach.core.transcripts.shell.patterns import NotInterpretable
from coach.core.transcripts.shell.syntax import Command, Word

PRINTED = Unknown(-2, "what a program printed")
"""What a command prints where it cannot be told."""

_LIKE_A_FILE = re.compile(r"[\w@%+=:,./-]*\.\w{1,8}|[\w./-]+/[\w.-]+|\w*file", re.IGNORECASE)


@dataclass
class Call:
    """A command with what it is given. Handlers take one and return what the command prints."""

    files: Files
    command: Command
    cwd: str
    budget: Budget
    stdin: Content = PRINTED
    options: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def words(self) -> list[Word]:
        """The words behind the command's name."""
        return self.command.words[1:]

    def path(self, name: str) -> str:
        return self.files.path(name, self.cwd)

    def sure(self, word: Word) -> str:
        """Return a word's text.

        Raises:
            NotInterpretable: the shell puts something else in its place.

        """
        if not word.is_sure:
            raise NotInterpretable("a name that the shell makes")
        return word.text

    def flags_and_names(self, *, with_value: str = "") -> tuple[set[str], list[Word]]:
        """Return short flags (letters) and long ones (``--word``), and the words that are no flags.

        Args:
            with_value: letters of short flags whose value is the next word; the value is passed over.

        """
        flags: set[str] = set()
        names: list[Word] = []
        words = iter(self.words)
        only_names = False
        for word in words:
            if only_names or not word.text.startswith("-") or word.text == "-":
                names.append(word)
            elif word.text == "--":
                only_names = True
            elif word.text.startswith("--"):
                flags.add(word.text.partition("=")[0])
            else:
                flags |= set(word.text[1:])
                if word.text[-1] in with_value:
                    next(words, None)
        return flags, names

    def paths(self, words: list[Word]) -> list[str]:
        """Return the paths that words name; of a glob those that were touched in the session."""
        found: list[str] = []
        for word in words:
            if word.is_sure:
                found.append(self.path(word.text))
            elif "$" in word.text or "`" in word.text:
                raise NotInterpretable("a name that the shell makes")
            else:
                found += self._matching(word.text)
        return found

    def _matching(self, glob: str) -> list[str]:
        pattern = self.path(glob)
        if "{" in pattern:
            raise NotInterpretable("a name that the shell makes")
        depth = pattern.count("/")
        return [
            each
            for each in self.files.below(".") + (self.files.below("/") if pattern[:1] == "/" else [])
            if each.count("/") == depth and fnmatchcase(each, pattern)
        ]

    def read(self, name: str) -> Content:
        return self.files.read(self.path(name))

    def text(self, name: str) -> str:
        """Return the text of a file.

        Raises:
            NotInterpretable: it is not known, or there is no such file.

        """
        content = self.read(name)
        if not isinstance(content, str):
            raise NotInterpretable(
                "a file whose content is not known" if content else "a file that is not there"
            )
        return content

    def named_files(self) -> Iterator[str]:
        """Yield the paths of words that look like files of the checkout, for a command that may change them."""
        for word in self.words:
            if word.is_sure and len(word.text) < 300 and not word.text.startswith("-"):
                path = self.path(word.text)
                known = self.files.read(path)
                if isinstance(known, str) or (known is not None and _LIKE_A_FILE.fullmatch(word.text)):
                    yield path
