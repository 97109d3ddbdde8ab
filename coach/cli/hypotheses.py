"""The words of ``coach hypothesis``."""

from coach.cli.options import EXPECTS, Call, Commands, Parser, add, add_session


def add_hypothesis(commands: "Commands[Parser]") -> None:
    parser = add(commands, "hypothesis", _hypothesis, "list, write or judge hypotheses")
    parser.add_argument("claim", nargs="?", default="", metavar="CLAIM", help="what is wrong")
    parser.add_argument("--predict", default="", metavar="TEXT", help="what will be seen if it holds")
    parser.add_argument("--expects", choices=EXPECTS, help="what the next run will do")
    parser.add_argument("--judge", type=int, metavar="N", help="give H<N> a verdict")
    parser.add_argument("--verdict", choices=["SUPPORTED", "REFUTED", "INCONCLUSIVE"])
    parser.add_argument("--reason", default="", help="what was observed")
    parser.add_argument("--teaches", default="", metavar="TEXT", help="what is known now")
    parser.add_argument("--activate", type=int, metavar="N", help="work on H<N>: the next run judges it")
    parser.add_argument("--revise", type=int, metavar="N", help="predict anew, before an experiment has run")
    parser.add_argument("--drafts", action="store_true", help="list drafts drawn from the evidence")
    parser.add_argument("--take", "--draft", type=int, metavar="N", help="write draft N down as a hypothesis")
    add_session(parser)


def _hypothesis() -> Call:
    from coach.cli.commands.hypotheses import hypothesis

    return hypothesis
