"""Guidance out of a file: a spec as ``coach spec`` writes it, or rules as teams write them."""

import re
from pathlib import Path

from coach.core.base.text import safe_line, storable
from coach.core.drill.guidance import Guidance, GuidanceKind, guidance_of_rules, guidance_of_spec
from coach.core.spec.document import MAX_CHARACTERS, PARTS, SpecUnread
from coach.errors import UsageError
from coach.regular_files import read_head, reason

_SPEC_HEADING = re.compile(
    rf"^ {{0,3}}#{{1,6}} +(?:{'|'.join(re.escape(each.heading) for each in PARTS)})\s*$",
    re.MULTILINE | re.IGNORECASE,
)
MAX_BYTES = 4 * MAX_CHARACTERS


def guidance_from(file: Path, kind: GuidanceKind | None = None) -> Guidance:
    """Read a spec or rules; a file without any heading of a spec holds rules, unless ``kind`` says what it is.

    Raises:
        UsageError: it cannot be read, is too large, or is no spec as ``coach spec`` understands it.

    """
    try:
        raw = read_head(file, MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read", why=reason(error), do="name a file with a spec or rules"
        ) from None
    text = storable(raw.decode("utf-8", "replace"))
    if len(raw) > MAX_BYTES or len(text) > MAX_CHARACTERS:
        raise UsageError(f"{file} is too large", why=f"{MAX_CHARACTERS:,} characters are enough for any spec")
    if kind == "rules" or (kind is None and not _SPEC_HEADING.search(text)):
        return guidance_of_rules(text, file.name)
    try:
        return guidance_of_spec(text, file.name)
    except SpecUnread as unread:
        raise UsageError(
            f"{file} is no spec as coach reads it",
            why="; ".join(safe_line(each) for each in unread.problems[:5]),
            do="write one: coach spec edit; rules have no heading of a spec",
        ) from None
