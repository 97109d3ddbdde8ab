"""A text for a shell, taken apart: pipelines of simple commands with their words, redirections and here-documents."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """One word after quoting is taken away. ``is_sure`` says that the shell would not put anything else in its place."""

    text: str
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a stream goes or comes from: ``>``, ``>>``, ``<`` or ``2>`` (the errors alone)."""

    operator: str
    target: Word


@dataclass(slots=True)
class Command:
    """A simple command. ``here`` is what a here-document or here-string gives it."""

    words: list[Word] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)
    here: Word | None = None
    assignments: dict[str, Word] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.words[0].text if self.words else ""

    @property
    def arguments(self) -> list[str]:
        return [word.text for word in self.words[1:]]

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.redirects


@dataclass(slots=True)
class Pipeline:
    """Commands that stand behind one another in a pipe, and how the shell comes to them."""

    commands: list[Command]
    text: str
    joint: str = ""
    """What stands before it: ``&&``, ``||``, or "" where it runs whatever was before."""
    depth: int = 0
    """How many subshells it stands in: a change of folder ends with its own."""
    is_conditional: bool = False
    """It stands in a loop, a branch or a function: it may run never, once or often."""
    is_background: bool = False
    """``&`` stands behind it: nobody waits for it."""
    behind: list[Command] = field(default_factory=list)
    """Of a pipeline in an inner shell: what the output of that shell goes through."""


OPENING = frozenset({"if", "for", "while", "until", "case", "select", "function"})
CLOSING = frozenset({"fi", "done", "esac"})
SILENT = frozenset({"then", "else", "elif", "do", "!", "time", "{", "}"})
"""Words of the shell's grammar that stand before a command."""
