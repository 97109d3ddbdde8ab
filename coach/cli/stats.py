"""The words of ``coach stats``."""

from coach.cli.options import Call, Commands, Parser, add, add_json


def add_stats(commands: "Commands[Parser]") -> None:
    stats = add(commands, "stats", _stats, "say what many sessions have in common")
    stats.add_argument("--since", default="90d", metavar="SPAN", help="used within this time (90d)")
    stats.add_argument("--here", action="store_true", help="only those of this project")
    stats.add_argument("--limit", type=int, default=500, metavar="N", help="at most so many (500; 0: all)")
    add_json(stats)


def _stats() -> Call:
    from coach.cli.commands.stats import stats

    return stats
