"""A mistyped word: ask whether the nearest one was meant, and take it with enter; else say the command that does."""

import shlex
import sys
from collections.abc import Sequence

from coach.errors import CoachError


def meant_instead(words: Sequence[str], error: CoachError) -> list[str] | None:
    """Return the command line to run instead, when a person agrees; None leaves it at what was said."""
    again = [error.meant[0] if each == error.typed else each for each in words]
    line = shlex.join(["coach", *again])
    if "--json" in words:
        _put_json(error, line)
        return None
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        print(f"did you mean {error.meant[0]}? {line}", file=sys.stderr)
        return None
    print(f"did you mean {error.meant[0]}? [Y/n] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    return again if answer and answer.strip().lower() in {"", "y", "yes"} else None


def _put_json(error: CoachError, line: str) -> None:
    import json

    said = {"error": error.what, "typed": error.typed, "did_you_mean": list(error.meant), "repeat": line}
    print(json.dumps(said, indent=2))
