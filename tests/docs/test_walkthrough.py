"""The walkthrough is true: its commands in their order on a fresh demo, with their exit codes and the words it quotes."""

import os
import re
import shlex
import sys
from pathlib import Path

from coach.demo.project import make_demo, solution
from tests.fork_server import run_coach

PAGE = Path(__file__).parents[2] / "docs" / "walkthrough.md"
BLOCK = re.compile(r"^```(sh|text|diff)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _coach(line, folder, home):
    words, _, note = line.partition("  # exit ")
    environment = {**os.environ, "COACH_STATE_DIR": str(home), "COACH_PYTHON": sys.executable}
    done = run_coach(*shlex.split(words)[1:], cwd=folder, env=environment, timeout=300)
    said = done.stdout + done.stderr
    assert done.returncode == int(note or 0), f"{line}\n{said}"
    return said


def _quoted(text):
    """Return a quoted line as a pattern: blanks are blanks, ``…`` is anything."""
    parts = (r"\s+".join(map(re.escape, part.split())) for part in text.split("…"))
    return r"\s*.*\s*".join(parts)


def _edit(diff, folder):
    name, old, new = (line[1:] for line in diff.splitlines())
    assert (name.removeprefix("-- "), old, new) == solution()
    file = folder / solution()[0]
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_every_command_of_the_walkthrough_says_what_it_quotes(tmp_path, state_home):
    shop = tmp_path / "shop"
    make_demo(shop)
    said = ""
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "sh":
            said = "".join(_coach(line, shop, state_home) for line in text.splitlines())
        elif kind == "diff":
            _edit(text, shop)
        else:
            missing = [line for line in text.splitlines() if not re.search(_quoted(line), said)]
            assert not missing, said
