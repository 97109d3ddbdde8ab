"""The platform's own clipboard, for terminals that do not know OSC 52."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping

from coach.engine.process.query import ended_together

_TOOLS = (
    ("", ("pbcopy",)),
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--input", "--clipboard")),
)
"""The variable without which a tool has nobody to talk to, and its words."""
_SECONDS = 1.0


def tools(env: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Give the words of each tool that is there and has somebody to talk to, the likeliest first."""
    for variable, words in _TOOLS:
        if (env.get(variable) or not variable) and shutil.which(words[0], path=env.get("PATH")):
            yield words


def copy(text: str) -> str:
    """Give a text to the clipboard; returns the tool that took it, empty when none did."""
    for words in tools(os.environ):
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,  # some stay and serve: they must not hold a pipe of ours
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            with ended_together(process):
                process.communicate(text.encode("utf-8", "backslashreplace"), _SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if process.returncode == 0:
            return words[0]
    return ""
