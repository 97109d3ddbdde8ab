"""``coach report``: a session as a page or as Markdown, for people who were not there."""

from argparse import Namespace
from pathlib import Path

from coach.cli.commands.console import put, say, write_file
from coach.cli.commands.open_session import newest_here
from coach.core.export.quoting import orders_in
from coach.core.redact.redactor import taken_out
from coach.core.session.fold import replay
from coach.errors import EXIT_FINE, UsageError
from coach.session.export_io import PageStyle, tell_session
from coach.session.factory import open_review
from coach.store import library


def report(args: Namespace) -> int:
    """Write the report of a session."""
    listed = library.find(args.id) if args.id else newest_here()
    style: PageStyle = args.format or ("markdown" if Path(args.output or "").suffix == ".md" else "html")
    if style == "html" and not args.output:
        raise UsageError(
            "a page goes into a file", do=f"coach report {listed.id} -o report.html, or --format markdown"
        )
    records = open_review(listed.id).records
    text, redactions = tell_session(records, style, listed.imported)
    if args.output:
        write_file(Path(args.output), text)
        say(f"written to {args.output}: {len(text) / 1000:,.0f} kB, nothing in it is loaded from elsewhere")
    else:
        put(text)
    spec = replay(records).spec
    for line in orders_in(spec.title, spec.expected, spec.actual):
        say(f"look at this before you hand it on: it reads like an instruction: “{line}”")
    if redactions:
        say(f"redacted: {taken_out(redactions)}")
    return EXIT_FINE
