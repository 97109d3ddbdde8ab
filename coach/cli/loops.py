"""The words of the commands about loops: what is noticed, who edits, and the way back."""

from coach.cli.options import Commands, Parser, add, add_json, add_session


def add_loops(commands: "Commands[Parser]") -> None:
    parser = commands.add_parser("loops", help="see what the loop detectors say on a log", allow_abbrev=False)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", parser_class=Parser, required=True)
    replay = add(
        actions, "replay", "coach.cli.commands.loops:replay", "show what would be said on a log, and when"
    )
    replay.add_argument("log", metavar="LOG", help="a log file (packed or not), a session's folder or its id")
    replay.add_argument("--off", action="append", metavar="PATTERN", help="leave a detector out")
    add_json(replay)
    score = add(
        actions,
        "score",
        "coach.cli.commands.loops:score_corpus",
        "print caught and false alarms over labelled logs",
    )
    score.add_argument(
        "folder",
        nargs="*",
        metavar="FOLDER",
        help="folders with labels.json (default: those of coach's own tests)",
    )
    add_json(score)
    dismiss = add(
        actions, "dismiss", "coach.cli.commands.restore:dismiss", "speak of a pattern at its place no more"
    )
    dismiss.add_argument("pattern", metavar="PATTERN", help="as it was noticed, such as no-effect")
    dismiss.add_argument("reason", metavar="REASON", help="why it is no loop")
    add_session(dismiss)


def add_steering(commands: "Commands[Parser]") -> None:
    restore = add(
        commands,
        "restore",
        "coach.cli.commands.restore:restore",
        "put the last good files back, or those of a run",
    )
    restore.add_argument("run", nargs="?", type=int, metavar="RUN", help="a run's number")
    restore.add_argument(
        "--yes", action="store_true", help="do it (default: only list the files that differ)"
    )
    restore.add_argument(
        "--back", action="store_true", help="take back a restore that was interrupted (default: finish it)"
    )
    add_session(restore)
    hand = add(
        commands,
        "hand",
        "coach.cli.commands.restore:hand",
        "say who edits from here on, an assistant or you again",
    )
    hand.add_argument("to", nargs="?", default="", metavar="NAME", help="who edits; their attempts carry it")
    hand.add_argument("--back", action="store_true", help="you edit again")
    add_session(hand)
