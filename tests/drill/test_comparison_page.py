"""The page of a comparison: the same in HTML and Markdown, whatever names and reasons hold, and without any answer."""

import re
from html.parser import HTMLParser

from coach.core.drill.comparison import Side, compare, section_costs
from coach.core.drill.drill import Cause, Difficulty, Drill, DrillSet
from coach.core.drill.facts import Graded, Played, SuiteFacts
from coach.core.drill.score import Effort, Score, ScoreLine
from coach.core.export.quoting import Cleaner
from coach.core.log import events as ev
from coach.core.redact.redactor import Private, Redactor
from coach.core.reports.comparison_page import comparison_page
from coach.core.reports.html import page
from coach.core.reports.markdown import markdown
from coach.core.reports.model import tell
from coach.core.reports.parts import parts_as_html, parts_as_markdown
from tests.core.building import Log
from tests.drill.building import result, score

VOID = {"meta", "input", "rect", "circle", "line"}
HOSTILE = "</td><script>alert(1)</script> | `x` **b** [l](http://e.example) \x1b[31m\u202e"
SECRET = "hunter2-hunter2"


def drill_set(count=8):
    drills = tuple(
        Drill(
            number=number,
            source="planted",
            kind="swapped-arguments",
            right="a" * 40,
            wrong="b" * 40,
            causes=(Cause(path="shop/secretly_wrong.py", function="shop/secretly_wrong.py::total"),),
            noticed=(),
            difficulty=Difficulty(distance=2, lines=3),
        )
        for number in range(1, count + 1)
    )
    return DrillSet(name="shop", root="/home/ada/shop", seed=7, made="2026-11-29T09:00:00", drills=drills)


def made(results, first="no spec", second="spec.md", costs=()):
    sides = Side(label=first, player="robot"), Side(label=second, player="robot", guidance="abc")
    found = compare(*sides, results, range(1, 9))
    return comparison_page(found, costs, drill_set(), "1.2.3")


def texts(made_page):
    redactor = Redactor(Private(secrets=(SECRET,), home="/home/ada", user="ada", host="host"))
    clean = Cleaner(redactor, "/home/ada/shop")
    return parts_as_html(made_page, clean), parts_as_markdown(made_page, clean)


def eight_wins(effort=None):
    before = [result(number, fixed=False, effort=effort) for number in range(1, 9)]
    return before + [result(number, guidance="abc", effort=effort) for number in range(1, 9)]


class WellFormed(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags, self.words = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def read(html):
    parser = WellFormed()
    parser.feed(html)
    assert parser.open == []
    return parser


def test_both_forms_say_what_came_out_with_intervals_and_limits():
    html, markdown = texts(made(eight_wins(Effort(runs=4, minutes=2.5, tokens=12_000))))
    said = " ".join(read(html).words)
    for text in (said, markdown.replace("\\", "")):
        assert "“spec.md” fixes more" in text
        assert "“no spec” fixed 0 of 8 (0 % to 32 %), “spec.md” 8 of 8 (68 % to 100 %)" in text
        assert "Chance alone makes a difference at least as large in 0.8 % of comparisons" in text
        assert "12,000" in text
        assert "8 sessions" not in text
        assert "The number of pairs has to be chosen before looking" in text
        assert "swapped" not in text
        assert "secretly_wrong" not in text, "the drills may be played again"
    assert len(re.findall(r"^\| \d+ \| planted", markdown, re.MULTILINE)) == 8


def test_what_is_not_known_is_said_and_never_zero():
    html, _ = texts(made(eight_wins(Effort(runs=3))))
    assert "tokens" not in " ".join(read(html).words)
    mixed = eight_wins(Effort(runs=3))[:8] + eight_wins(Effort(runs=3, tokens=5))[8:]
    assert "nothing tells" in " ".join(read(texts(made(mixed))[0]).words)


def test_why_a_line_was_not_met_stands_beside_its_session():
    _, markdown = texts(made(eight_wins()))
    assert "| 1 | no spec | s-1-none | fixed: fixed was looked at |" in markdown
    assert "| 1 | spec.md | s-1-abc | – |" in markdown


def test_who_read_the_answer_is_named_and_who_was_not_watched():
    results = [result(1, fair=False), result(1, guidance="abc", fair=None)]
    _, markdown = texts(made(results))
    assert "1 session of 2 could be watched for reads of the answer; 1 read it" in markdown
    assert "- Drill 1, “no spec”: read the answer: fair was looked at" in markdown
    assert "- Drill 1, “spec.md”: not watched: fair was looked at" in markdown


def test_a_hostile_label_or_reason_stays_text_and_secrets_and_places_stay_here():
    line = ScoreLine(name="fixed", judged="not met", said=f"{HOSTILE} {SECRET} /home/ada/shop/x.py")
    bad = Score(lines=(line, *score().lines[1:]))
    results = [result(each, score=bad) for each in range(1, 9)]
    results += [result(each, guidance="abc") for each in range(1, 9)]
    html, markdown = texts(made(results, first=HOSTILE))
    parser = read(html)
    assert "script" not in parser.tags
    assert "a" in parser.tags
    for text in (html, markdown):
        assert SECRET not in text
        assert "/home/ada" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
    rows = [each for each in markdown.splitlines() if each.startswith("| 1 |")]
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == row.count("|") - row.count("\\|")
    assert not re.search(r"(?<!\\)\[l(?<!\\)\]\(", markdown)


def test_a_table_of_markdown_has_as_many_cells_as_heads_whatever_is_in_them():
    results = [result(each, label=HOSTILE) for each in range(1, 9)]
    results += [result(each, guidance="abc") for each in range(1, 9)]
    _, markdown = texts(made(results, first=HOSTILE, second="a | b"))
    cells = None
    for row in markdown.splitlines():
        if not row.startswith("|"):
            cells = None
            continue
        found = len(re.findall(r"(?<!\\)\|", row))
        assert cells in {None, found}
        cells = found


def test_sections_are_said_with_what_is_told_and_what_is_not():
    whole = Side(label="spec.md", player="robot", guidance="abc")
    costs = []
    for section, fixed in (("Actual", False), ("Scope", True)):
        without = Side(label=f"spec.md without {section}", player="robot", guidance=section)
        results = [result(each, fixed, guidance=section) for each in range(1, 9)] + eight_wins()
        costs.append((section, compare(without, whole, results, range(1, 9))))
    html, markdown = texts(made(eight_wins(), costs=section_costs(costs)))
    assert "Sections whose loss is told apart from chance: Actual." in markdown
    assert "| Actual | 0 of 8 (0 % to 32 %) | 8 of 8 (68 % to 100 %) | 8 | 1.6 % | told apart |" in markdown
    assert (
        "| Scope | 8 of 8 (68 % to 100 %) | 8 of 8 (68 % to 100 %) | 0 | 100 % | not told apart |" in markdown
    )
    assert "without Actual fixed 0 of 8" in html  # the picture, for who cannot see it


def test_the_page_loads_nothing_and_an_empty_comparison_is_a_page_too():
    html, markdown = texts(made([]))
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href)=.(?!#)", html)
    assert "nothing can be said" in markdown
    assert "Drill 1: there is no result for “no spec” and “spec.md”" in markdown


def test_the_report_of_a_session_that_played_a_drill_tells_its_score():
    began = ev.DrillBegan(set="shop", number=3, player="robot", guidance="abc", label=HOSTILE)
    scored = ev.DrillScored(
        graded=Graded(tree="t", suite=SuiteFacts()),
        played=Played(),
        score=score(fixed=True, cause_named=False, effort=Effort(runs=4, hints=("suspects",))),
    )
    story = Log().add(began)
    clean = Cleaner(Redactor(Private(home="/home/ada", user="ada", host="host")), "/home/ada/shop")
    assert "It is not graded yet." in markdown(tell(story.records), clean)
    story.add(scored)
    html, text = page(tell(story.records), clean), markdown(tell(story.records), clean)
    read(html)
    assert "Drill: 68 %" in html
    assert "script>" not in html
    assert "## Drill: 68 %" in text
    assert "| cause named | 15 | ✘ not met | cause named was looked at |" in text
    assert "Hints, each −5 points: suspects." in text
    assert "Drill" not in markdown(tell(Log().records), clean)
