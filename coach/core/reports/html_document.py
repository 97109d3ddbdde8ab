"""What every page is made of: foreign text on its way in, tables, and a document that needs nothing else.

The policy in the head forbids every script, font and address. Mail clients take the style away: what it sets apart must
be apart in the text too.
"""

from collections.abc import Iterable, Sequence
from html import escape

from coach.core.export.quoting import Cleaner
from coach.core.reports.css import STYLE


class Words:
    """Foreign text on its way into a page."""

    def __init__(self, clean: Cleaner) -> None:
        self._clean = clean

    def line(self, text: str, limit: int = 400) -> str:
        return escape(self._clean.line(text, limit))

    def text(self, text: str) -> str:
        return escape(self._clean.text(text))

    def code(self, text: str, limit: int = 300) -> str:
        return f"<code>{self.line(text, limit)}</code>" if text else ""


def document(title: str, head: str, sections: Sequence[tuple[str, str, str]], foot: str) -> str:
    """Return a whole page.

    Args:
        title: escaped.
        head: what ``bar`` begins, up to the links to the parts.
        sections: (id, title, body), all of them HTML; those without a body are left out.
        foot: HTML.

    """
    shown = [each for each in sections if each[2]]
    links = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, heading, _ in shown)
    bodies = "".join(
        f'<section id="{name}" aria-labelledby="h-{name}"><h2 id="h-{name}">{heading}</h2>{body}</section>'
        for name, heading, body in shown
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{STYLE}</style></head><body>"
        f'<a class="skip" href="#main">to the story</a> {head}<nav aria-label="parts"><ul>{links}</ul></nav></header>'
        f'<main id="main">{bodies}</main>{foot}</body></html>\n'
    )


def bar(kind: str) -> str:
    """Begin the head of a page: what kind of page it is, and the choice of colours."""
    choices = "".join(
        f'<label><input type="radio" name="light" id="{name}"{" checked" if name == "auto" else ""}>{name}</label> '
        for name in ("auto", "light", "dark")
    )
    return (
        f'<header><div class="bar"><span>coach · {kind}</span> '
        f'<fieldset aria-label="colours">{choices}</fieldset></div>'
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        if body
        else ""
    )
