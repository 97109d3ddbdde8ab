"""A page as data: parts with sentences and tables, written once and laid out as HTML or as Markdown.

Every text is as it came: whoever lays it out makes it safe.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.core.base.symbols import Role
from coach.core.export.quoting import Cleaner
from coach.core.reports.html_document import Words, bar, document
from coach.core.reports.markdown_text import plain
from coach.core.reports.plots import MAX_NAME, ShownRate, rates_plot

LONGEST = 2_000
"""Characters of a sentence."""
LONGEST_CELL = 300


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table."""

    text: str
    role: Role | None = None
    is_figure: bool = False
    """It stands at the right, below others of its kind."""


@dataclass(frozen=True, slots=True)
class Table:
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def figures(self) -> tuple[bool, ...]:
        """Which columns hold figures: they stand at the right, their heads too."""
        return tuple(all(cells[at].is_figure for cells in self.rows) for at in range(len(self.heads)))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a page. ``name`` is its id: letters and dashes."""

    name: str
    title: str
    sentences: tuple[str, ...] = ()
    rates: tuple[ShownRate, ...] = ()
    """Drawn in HTML; Markdown has no picture, so the sentences or a table say the same."""
    tables: tuple[Table, ...] = ()
    items: tuple[str, ...] = ()
    """A list."""

    @property
    def is_empty(self) -> bool:
        return not (self.sentences or self.items or any(each.rows for each in self.tables))


@dataclass(frozen=True, slots=True)
class Page:
    kind: str
    """What kind of page it is, in coach's own words."""
    title: str
    verdict: Cell
    about: tuple[str, ...]
    parts: tuple[Part, ...]
    foot: str


def parts_as_html(page: Page, clean: Cleaner) -> str:
    """Return the page as one HTML document that loads nothing."""
    words = Words(clean)
    about = " · ".join(words.line(each, LONGEST) for each in page.about)
    head = (
        f"{bar(words.line(page.kind))}<h1>{words.line(page.title, 200)}</h1>"
        f'<p><span class="badge {page.verdict.role or "dim"}">{words.line(page.verdict.text)}</span></p>'
        f'<p class="meta">{about}</p>'
    )
    sections = [
        (each.name, words.line(each.title), part_as_html(each, clean))
        for each in page.parts
        if not each.is_empty
    ]
    return document(
        words.line(page.title, 120), head, sections, f"<footer>{words.line(page.foot, LONGEST)}</footer>"
    )


def part_as_html(part: Part, clean: Cleaner) -> str:
    """Return the inside of one part."""
    words = Words(clean)
    said = "".join(f"<p>{words.line(each, LONGEST)}</p>" for each in part.sentences)
    rates = [each._replace(name=clean.line(each.name, MAX_NAME)) for each in part.rates]
    picture = f'<figure class="card">{rates_plot(rates)}</figure>' if rates else ""
    tables = "".join(_html_table(each, words) for each in part.tables if each.rows)
    items = "".join(f"<li>{words.line(each, LONGEST)}</li>" for each in part.items)
    return f"{said}{picture}{tables}{f'<ul>{items}</ul>' if items else ''}"


def _html_table(table: Table, words: Words) -> str:
    head = "".join(
        f'<th scope="col"{" class=n" if is_figure else ""}>{words.line(each)}</th>'
        for each, is_figure in zip(table.heads, table.figures, strict=True)
    )
    rows = "".join(f"<tr>{''.join(_html_cell(cell, words) for cell in row)}</tr>" for row in table.rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _html_cell(cell: Cell, words: Words) -> str:
    text = words.line(cell.text, LONGEST_CELL)
    shown = f'<span class="{cell.role}">{text}</span>' if cell.role else text
    return f"<td{' class=n' if cell.is_figure else ''}>{shown}</td>"


def parts_as_markdown(page: Page, clean: Cleaner) -> str:
    """Return the page as Markdown, for a pull request or a wiki."""
    lines = [f"# {plain(clean, page.title, 200)}", "", f"**{plain(clean, page.verdict.text, 200)}**", ""]
    lines += [" · ".join(plain(clean, each, LONGEST) for each in page.about), ""]
    for part in page.parts:
        if not part.is_empty:
            lines += [f"## {plain(clean, part.title, 200)}", "", *part_as_markdown(part, clean)]
    return "\n".join([*lines, plain(clean, page.foot, LONGEST), ""])


def part_as_markdown(part: Part, clean: Cleaner) -> list[str]:
    """Return the lines below the heading of one part."""
    lines: list[str] = []
    for sentence in part.sentences:
        lines += [plain(clean, sentence, LONGEST), ""]
    for table in part.tables:
        lines += [*_markdown_table(table, clean), ""] if table.rows else []
    return [
        *lines,
        *(f"- {plain(clean, each, LONGEST)}" for each in part.items),
        *([""] if part.items else []),
    ]


def _markdown_table(table: Table, clean: Cleaner) -> Sequence[str]:
    def row(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    return (
        row([plain(clean, each, LONGEST_CELL) for each in table.heads]),
        row(["---:" if each else "---" for each in table.figures]),
        *(row([plain(clean, cell.text, LONGEST_CELL) for cell in cells]) for cells in table.rows),
    )
