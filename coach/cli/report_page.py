"""The words of ``coach report``."""

from coach.cli.options import Call, Commands, Parser, add, add_id


def add_report(commands: "Commands[Parser]") -> None:
    report = add(commands, "report", _report, "tell a session as one page for people")
    add_id(report, "the newest here")
    report.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    report.add_argument("--format", choices=["html", "markdown"], help="default: html; markdown for FILE.md")


def _report() -> Call:
    from coach.cli.commands.report_page import report

    return report
