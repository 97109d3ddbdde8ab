"""The parsers of what is about past sessions: the library, reports, statistics."""

from coach.cli.options import Commands, Parser, add, add_id, add_json, add_session

SHELF = ("close", "prune", "export", "import")
"""What else can be done with sessions; other words after ``sessions`` are searched for."""


def add_past(commands: "Commands[Parser]") -> None:
    _add_library(commands)
    _add_exchange(commands)
    _add_telling(commands)


def _add_library(commands: "Commands[Parser]") -> None:
    sessions = add(
        commands, "sessions", "coach.cli.commands.sessions:sessions", "list and search sessions, newest first"
    )
    sessions.add_argument(
        "words", nargs="*", metavar="WORD", help="in target, failure, spec, notes or root cause"
    )
    sessions.add_argument("--here", action="store_true", help="only those of this project")
    state = sessions.add_mutually_exclusive_group()
    state.add_argument("--open", action="store_true", help="only open ones")
    state.add_argument("--closed", action="store_true", help="only closed ones")
    state.add_argument("--stale", nargs="?", const="30d", metavar="SPAN", help="open and untouched for 30d")
    sessions.add_argument("--since", metavar="SPAN", help="used within 30d, 2h …")
    sessions.add_argument("--limit", type=int, metavar="N", help="at most so many (default: 50; 0: all)")
    sessions.add_argument("--json", action="store_true", help="print JSON lines to stdout")
    close = add(
        commands, "sessions close", "coach.cli.commands.sessions:close", "close open sessions in a batch"
    )
    close.add_argument("id", nargs="*", metavar="ID", help="ids or unique prefixes")
    close.add_argument("--stale", nargs="?", const="30d", metavar="SPAN", help="all untouched for 30d")
    close.add_argument("--passing", action="store_true", help="run their targets; close those that pass now")
    close.add_argument("--note", default="", metavar="TEXT")
    prune = add(
        commands, "sessions prune", "coach.cli.commands.sessions:prune", "remove old closed sessions for ever"
    )
    prune.add_argument("--older-than", default="180d", metavar="SPAN", help="not used for so long (180d)")
    prune.add_argument("--also-open", action="store_true", help="open ones too")
    prune.add_argument("--yes", action="store_true", help="do it; without, say what would go")


def _add_exchange(commands: "Commands[Parser]") -> None:
    export = add(
        commands,
        "sessions export",
        "coach.cli.commands.sessions_archive:export",
        "put a session into one redacted file",
    )
    add_id(export, "the newest here")
    export.add_argument("-o", "--output", metavar="FILE", help="default: ID.coach")
    bring_in = add(
        commands,
        "sessions import",
        "coach.cli.commands.sessions_archive:bring_in",
        "take a session in from a file",
    )
    bring_in.add_argument("file", metavar="FILE")
    rerun = add(
        commands,
        "rerun",
        "coach.cli.commands.sessions_archive:rerun",
        "repeat what a session of your own ran",
    )
    add_id(rerun, "the newest here")


def _add_telling(commands: "Commands[Parser]") -> None:
    report = add(
        commands, "report", "coach.cli.commands.report:report", "tell a session as one page for people"
    )
    add_id(report, "the newest here")
    report.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    report.add_argument("--format", choices=["html", "markdown"], help="default: html; markdown for FILE.md")
    stats = add(commands, "stats", "coach.cli.commands.stats:stats", "say what many sessions have in common")
    stats.add_argument("--since", default="90d", metavar="SPAN", help="used within this time (90d)")
    stats.add_argument("--here", action="store_true", help="only those of this project")
    stats.add_argument("--limit", type=int, default=500, metavar="N", help="at most so many (500; 0: all)")
    add_json(stats)
    seen = add(commands, "seen", "coach.cli.commands.seen:seen", "show past failures like the present one")
    seen.add_argument(
        "--dismiss", nargs="?", const="", metavar="ID", help="it does not help; without ID: none does"
    )
    add_session(seen)
