"""The report where its style is old or taken away, as mail clients and text browsers do: all of it is there, and apart."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from coach.core.export.quoting import Cleaner
from coach.core.redact.redactor import Private, Redactor
from coach.core.reports.css import STYLE
from coach.core.reports.html import page
from coach.core.reports.model import tell
from tests.core.building import ROOT
from tests.core.reports.test_reports import fixed_session

BLOCKS = {
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "li",
    "ul",
    "ol",
    "pre",
    "dt",
    "dd",
    "tr",
    "table",
    "section",
    "figure",
}
BLOCKS |= {"figcaption", "header", "footer", "main", "nav", "summary", "details", "fieldset", "svg", "br"}


class TextOnly(HTMLParser):
    """What a client shows that knows no style: blocks begin a line, all else runs on."""

    def __init__(self):
        super().__init__()
        self.shown, self._skipped, self._is_pre = "", 0, False

    def handle_starttag(self, tag, attrs):
        self._skipped += tag in {"style", "title"}
        self._is_pre = self._is_pre or tag == "pre"
        self.shown += "\n" if tag in BLOCKS else " " if tag in {"td", "th"} else ""

    def handle_endtag(self, tag):
        self._skipped -= tag in {"style", "title"}
        self._is_pre = self._is_pre and tag != "pre"
        self.shown += "\n" if tag in BLOCKS else ""

    def handle_data(self, data):
        if not self._skipped:
            self.shown += data if self._is_pre else re.sub(r"\s+", " ", data)


@pytest.fixture(scope="module")
def html():
    return page(tell(fixed_session().records), Cleaner(Redactor(Private()), ROOT))


def shown_by_us(html, _folder):
    reader = TextOnly()
    reader.feed(html)
    return reader.shown


def shown_by(program, *words):
    def shown(html, folder):
        if not shutil.which(program):
            pytest.skip(f"no {program} here")
        (folder / "report.html").write_text(html)
        argv = [program, *words, str(folder / "report.html")]
        env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "dumb"}
        return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True, env=env).stdout

    return shown


@pytest.mark.parametrize(
    "show",
    [
        shown_by_us,
        shown_by("w3m", "-dump", "-cols", "200"),
        shown_by("lynx", "-dump", "-nolist", "-width=200"),
    ],
    ids=["blocks only", "w3m", "lynx"],
)
def test_without_its_style_every_part_of_the_evidence_is_apart(html, tmp_path, show):
    text = show(html, tmp_path)
    for line in re.findall(r'<span class="(?:add|del)">([^<\n]+)', html):
        wanted = line.replace("&#x27;", "'").replace("&quot;", '"').replace("&gt;", ">").replace("&lt;", "<")
        assert wanted.strip() in [each.strip() for each in text.split("\n")], wanted
    moments = re.findall(r"\d\d:\d\d:\d\d(.)", text)
    assert moments
    assert set(moments) == {" "}
    assert "cart total is one cent too high" in text


def test_nothing_is_hidden_from_who_reads_on_a_screen_and_nothing_is_loaded(html):
    screen = STYLE.partition("@media print")[0]
    assert not re.search(
        r"display:\s*none|visibility:\s*hidden|opacity:\s*0|font-size:\s*0|text-indent:\s*-", screen
    )
    assert not re.search(r"url\(|@import|@font-face|expression\(", STYLE)
    assert not re.search(r"<(?:script|link|img|iframe|object|embed|video|audio|base|form)\b", html)
    assert set(re.findall(r'(?:href|src|action|background)="([^"]*)"', html)) <= {
        f"#{each}" for each in re.findall(r'id="([^"]*)"', html)
    }
    assert not re.search(r'style="[^"]*(?:display|position|visibility|height|clip)', html)


def test_a_style_of_which_half_is_unknown_leaves_readable_text():
    """A client that knows no light-dark() drops the declarations that use it: no colour may be left alone with its ground."""
    known = re.sub(r"[\w-]+:[^;{}]*(?:light-dark|var)\([^;{}]*;?", "", STYLE)
    left = re.findall(r"([^{}]+)\{([^{}]*)\}", known.partition("@media print")[0])
    alone = [
        (name.strip(), rules)
        for name, rules in left
        if bool(re.search(r"(?<!-)\bcolor:", rules)) != bool(re.search(r"background", rules))
    ]
    assert alone == []


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_every_text_stands_out_from_every_ground_it_stands_on(mode):
    """4.5 : 1, as WCAG 2.2 asks for text (1.4.3)."""
    found = dict(re.findall(r"--(\w+): (light-dark\([^)]*\))", STYLE))
    colours = {name: re.findall(r"#[0-9a-f]{6}", pair)[mode] for name, pair in found.items()}
    grounds = {"paper": ("ink", "soft", "accent", "good", "bad", "warn"), "plus": ("ink",), "minus": ("ink",)}
    grounds["card"] = grounds["paper"]
    for ground, inks in grounds.items():
        for ink in inks:
            light, dark = sorted((luminance(colours[ground]), luminance(colours[ink])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ground, ink)
