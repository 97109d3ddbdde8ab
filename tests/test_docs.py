"""The documentation says what the program does: commands parse, everything has an entry, links lead somewhere."""

import ast
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from coach import cli
from coach.core.log import events
from coach.core.runs.report import EndingKind
from coach.errors import EXIT_CODES, CoachError

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
ROOMS = ("coach", "tests", "benchmarks", "docs", "screenshots", "workflows")


def _text(name):
    return (DOCS / name).read_text(encoding="utf-8")


def _shell_lines(page):
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if ">" in words:
                words = words[: words.index(">")]
            if words[:1] == ["coach"]:
                yield line, words[1:]


def _anchors(page):
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", ["configuration.md", "workflows.md"])
def test_every_setting_says_what_it_means(page):
    assert not re.findall(r"^\| `.*\|\s*\|$", _text(page).split("## Checks")[0], re.MULTILINE)


def test_every_event_says_what_happened():
    assert [each.__name__ for each in get_args(events.Event) if not vars(each).get("__doc__")] == []


def test_every_variable_of_the_environment_is_told_of():
    inner = {"COACH_ORDER", "COACH_PROBE", "COACH_RUN_ID", "COACH_HOLDER"}
    found = set()
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "coach").rglob("*.py"))
    for text in (each for each in texts if "COACH_" in each):
        strings = (
            node.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        found |= {each for each in strings if re.fullmatch(r"COACH_[A-Z_]+", each)}
    assert {each for each in found - inner if f"`{each}`" not in _text("configuration.md")} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_is_one_the_program_knows(page, capsys):
    wrong = []
    for line, words in _shell_lines(page):
        try:
            cli.parse(words)
        except SystemExit as end:
            if end.code:
                wrong.append((line, capsys.readouterr().err))
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if "://" not in link and (not target.exists() or (anchor and anchor not in _anchors(target))):
            dead.append(link)
    assert not dead


def _classes(kind):
    return [kind, *(below for each in kind.__subclasses__() for below in _classes(each))]


def test_every_error_and_ending_has_an_entry():
    wanted = {each.__name__ for each in _classes(CoachError) if each.__module__ == "coach.errors"}
    entries = re.findall(r"^### `(\w+)`\n\n(?=\S)", _text("messages.md"), re.MULTILINE)
    assert sorted(entries) == sorted(wanted | set(get_args(EndingKind)))


def test_every_exit_code_is_told_of():
    told = re.findall(r"^\| (\S+) \|", _text("messages.md"), re.MULTILINE)
    assert set(re.findall(r"^  (\S+)  ", EXIT_CODES, re.MULTILINE)) <= set(told)


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md"], ids=lambda page: page.name
)
def test_every_file_of_coach_that_is_named_is_there(page):
    """A page names a file by the end of its path, as far as it needs: ``core/base/text.py``, ``benchmarks/walks.py``."""
    files = "".join(
        f"/{path.relative_to(ROOT).as_posix()}\n" for room in ROOMS for path in (ROOT / room).rglob("*.py")
    )
    named = re.findall(r"`((?:[\w-]+/)*[a-z0-9_-]+\.py)`", page.read_text(encoding="utf-8"))
    assert [name for name in named if f"/{name}\n" not in files] == []


def test_every_thread_is_in_the_guide():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "coach").rglob("*.py"))
    named = set(
        re.findall(
            r'Thread(?:PoolExecutor)?\((?:(?!\n\n).)*?name(?:_prefix)?="(coach-[a-z-]+)"', code, re.DOTALL
        )
    )
    assert named == set(re.findall(r"`(coach-[a-z-]+)`", _text("dev/codebase-guide.md")))
