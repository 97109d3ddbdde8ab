"""A story is the log told again: its figures, its attempts, its page; whatever the log holds, the page stays a page."""

import re
from html.parser import HTMLParser

import pytest

from coach.core.export.quoting import Cleaner
from coach.core.log import events as ev
from coach.core.loops.attempt import Attempt
from coach.core.redact.redactor import Private, Redactor
from coach.core.reports.html import page
from coach.core.reports.markdown import markdown
from coach.core.reports.metrics import figures_of
from coach.core.reports.model import points_of, tell
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.session.state import SessionState
from tests.core.building import ROOT, Log, command_session, hostile_session, report, shop_session

VOID = {"meta", "input", "rect", "circle", "line", "polyline"}


def attempt(run: int, patch: str, **fields) -> ev.AttemptRead:
    hunk = Hunk(old_start=1, old_lines=1, new_start=1, new_lines=1, text=patch)
    changes = Changes(base="a", tree="b", files=(FileChange(path="shop/money.py", hunks=(hunk,)),))
    return ev.AttemptRead(attempt=Attempt(run=run, base_run=run - 1, changes=changes, **fields))


def fixed_session() -> Log:
    log = shop_session("hypothesize")
    log.run().add(attempt(log.state.last_number, "+tries = 1\n+more = 2"))
    log.run(report(passed=41))
    return log.add(
        attempt(
            log.state.last_number, "-tries = 1\n+right = 3", touched=("shop/money.py::share",), by="assistant"
        )
    )


def test_figures_are_what_the_log_says() -> None:
    log = fixed_session()
    figures = figures_of(log.records)
    assert (figures.attempts, figures.changed, figures.reworked) == (2, 3, 1)
    assert (figures.fix_rank, figures.suspects, figures.fixed_by) == (1, 2, "assistant")
    assert (figures.hypotheses, figures.refuted) == (2, 1)
    assert figures.reproduced is not None
    assert figures.test is not None
    assert figures.reproduced < figures.test
    assert figures.cause is None
    assert sum(spent for _, spent in figures.steps) <= figures.seconds == len(log.records) - 1


def test_pauses_do_not_count() -> None:
    log = Log().enter("reproduce")
    late = ev.Recorded(seq=3, at=log.records[-1].at + 86_400, event=ev.NoteWritten(text="next day"))
    assert figures_of([*log.records, late]).seconds == 601


def test_attempts_say_what_became_of_them() -> None:
    story = tell(fixed_session().records)
    assert [(each.outcome, each.is_fix) for each in story.tries] == [
        ("the same failure", False),
        ("passed", True),
    ]
    assert [point.failing for point in story.points][-2:] == [1, 0]
    assert points_of(SessionState()) == []


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize(
    "log", [fixed_session(), hostile_session("hunter2-hunter2"), command_session(), Log()]
)
def test_the_page_is_whole_and_asks_nobody_for_anything(log: Log) -> None:
    clean = Cleaner(Redactor(Private(secrets=("hunter2-hunter2",), home="/home/ada")), ROOT)
    text = page(tell(log.records), clean)
    tags = Tags()
    tags.feed(text)
    assert not tags.open
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "form", "base"}
    for _, attrs in tags.seen:
        assert not [name for name in attrs if name.startswith("on") or name == "src"]
        assert (attrs.get("href") or "#").startswith("#")
    assert "url(" not in text
    assert "hunter2-hunter2" not in text
    assert "/home/ada" not in text
    assert not re.search("[\x00-\x08\x1b\x7f-\x9f\u202a-\u202e\U000e0000-\U000e007f]", text)


def test_markdown_says_the_same_and_cannot_be_broken_out_of() -> None:
    clean = Cleaner(Redactor(Private(home="/home/ada")), ROOT)
    text = markdown(
        tell(fixed_session().add(ev.RootCauseWritten(text="<img src=x> *lost*\n# rounding")).records), clean
    )
    assert "**Root cause:** \\<img src=x\\> \\*lost\\* ⏎ \\# rounding" in text
    assert "the fix" in text
    assert "```diff" in text
    hostile = markdown(tell(hostile_session("hunter2-hunter2").records), clean)
    assert not [line for line in hostile.split("\n") if line.startswith("## Ask")]
