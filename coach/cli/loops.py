"""The words of ``coach loops``: what the detectors say on a log, and what is not to be said again."""

from coach.cli.options import Call, Commands, Parser, add, add_json, add_session
from coach.cli.transcripts import add_transcript


def add_loops(commands: "Commands[Parser]") -> None:
    parser = commands.add_parser("loops", help="see what the loop detectors say on a log", allow_abbrev=False)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", parser_class=Parser, required=True)
    replay = add(actions, "replay", _replay, "show what would be said on a log, and when")
    replay.add_argument(
        "log", nargs="?", metavar="LOG", help="a log file (packed or not), a session's folder or its id"
    )
    add_transcript(replay)
    replay.add_argument("--off", action="append", metavar="PATTERN", help="leave a detector out")
    add_json(replay)
    score = add(actions, "score", _score_corpus, "print caught and false alarms over labelled logs")
    score.add_argument(
        "folder",
        nargs="*",
        metavar="FOLDER",
        help="folders with labels.json (default: those of coach's own tests)",
    )
    score.add_argument(
        "--real", metavar="FOLDER", help="score over transcripts of real sessions that lie here"
    )
    score.add_argument(
        "--labels",
        action="append",
        metavar="FILE",
        help="what the real sessions are (default: coach's own labels)",
    )
    score.add_argument(
        "--repositories",
        metavar="FOLDER",
        help="git mirrors, OWNER+NAME, that real sessions began on: only read",
    )
    add_json(score)
    dismiss = add(actions, "dismiss", _dismiss, "speak of a pattern at its place no more")
    dismiss.add_argument("pattern", metavar="PATTERN", help="as it was noticed, such as no-effect")
    dismiss.add_argument("reason", metavar="REASON", help="why it is no loop")
    add_session(dismiss)


def _replay() -> Call:
    from coach.cli.commands.loops import replay

    return replay


def _score_corpus() -> Call:
    from coach.cli.commands.loops import score_corpus

    return score_corpus


def _dismiss() -> Call:
    from coach.cli.commands.loops import dismiss

    return dismiss
