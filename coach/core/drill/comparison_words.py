"""A comparison in sentences: what was found, how sure that is, and what would make it surer."""

from coach.core.base.formatting import count
from coach.core.drill.comparison import Comparison, Rate, SectionCost, fixes_lost
from coach.core.drill.sign_test import SignTest, fewest_pairs, pairs_to_tell

NOTHING = "No pair could be judged: nothing can be said."


def verdict(found: Comparison) -> str:
    """Say in a few words what came out, on fixes."""
    if not found.pairs:
        return "nothing can be said"
    if not found.fixed.tells:
        return "not told apart"
    better = found.second if found.fixed.wins > found.fixed.losses else found.first
    return f"{better.quoted} fixes more"


def sentences(found: Comparison) -> tuple[str, ...]:
    """Say what the pairs tell: both rates, whether they are told apart, the scores, and how many more pairs would tell."""
    if not found.pairs:
        return (NOTHING,)
    return tuple(filter(None, (_rates(found), _fixes(found), _more(found.fixed), _scores(found))))


def rate_words(rate: Rate) -> str:
    """Say a rate with its interval: ``7 of 8 (53 % to 98 %)``."""
    return f"{rate.fixed} of {rate.of} ({rate.low:.0%} to {rate.high:.0%})".replace("%", " %")


def chance_words(p: float) -> str:
    """Say a probability: ``0.8 %``; never 0, since nothing is impossible."""
    return "less than 0.1 %" if p < 0.001 else f"{100 * p:.1f} %" if p < 0.1 else f"{100 * p:.0f} %"


def cost_words(cost: SectionCost) -> str:
    """Say what it cost to leave a section out."""
    found = cost.comparison
    if not found.pairs:
        return NOTHING
    lost = fixes_lost(cost)
    fixes = f"{abs(lost)} {'fix' if abs(lost) == 1 else 'fixes'} {'fewer' if lost > 0 else 'more'}"
    fixes = fixes if lost else "as many fixes"
    sure = "told apart" if cost.tells else "not told apart"
    return f"{fixes} in {count(len(found.pairs), 'pair')}: {sure} ({chance_words(cost.p)})"


def _rates(found: Comparison) -> str:
    first, second = found.rates
    return (
        f"{found.first.quoted} fixed {rate_words(first)}, {found.second.quoted} {rate_words(second)}"
        " of the same drills; the intervals are Wilson's, 95 %."
    )


def _fixes(found: Comparison) -> str:
    test, first, second = found.fixed, found.first.quoted, found.second.quoted
    alike = f"the other {count(test.ties, 'pair')} came out alike" if test.ties else "no pair came out alike"
    seen = (
        f"{second} fixed {count(test.wins, 'drill')} that {first} did not,"
        f" {first} {test.losses} that {second} did not; {alike}."
    )
    chance = f"Chance alone makes a difference at least as large in {chance_words(test.p)} of comparisons"
    if test.tells:
        return f"Told apart: {seen} {chance}."
    return f"Not told apart: {seen} {chance}. That does not say that they are equal."


def _more(test: SignTest) -> str:
    """Say how many more pairs would tell, where these do not."""
    if test.tells:
        return ""
    least = f"At least {fewest_pairs()} pairs must differ before anything can be told."
    if not test.wins and not test.losses:
        return f"No pair differed, so how many pairs would tell cannot be said. {least}"
    if test.wins == test.losses:
        return "As many pairs came out one way as the other: more pairs like these would not tell either."
    more = pairs_to_tell(test)
    if more is None:
        return "If further drills came out as these did, more than 100 pairs would be needed to tell."
    return f"If further drills came out as these did, about {count(more, 'more pair')} would tell (with 80 % power)."


def _scores(found: Comparison) -> str:
    test = found.score
    middle = ""
    if found.difference:
        each = found.difference
        middle = f", by {each.middle:+g} points in the median (95 %: {each.low:+g} to {each.high:+g})"
    sure = "told apart" if test.tells else "not told apart"
    return (
        f"By their scores {found.second.quoted} did better in {test.wins}, worse in {test.losses} and as well in"
        f" {test.ties} of {count(test.pairs, 'pair')}{middle}: {sure}, chance alone {chance_words(test.p)}."
    )


LIMITS: tuple[str, ...] = (
    "The drills are those of one project, and their bugs were planted: what holds for them need not hold for others.",
    "A drill is played once a side. An assistant does not answer the same way twice; that is part of what chance means here.",
    "The number of pairs has to be chosen before looking: who adds pairs until a difference shows will find one by chance.",
    "Fixes are the question; scores and sections are looked at beside it. Sections are judged together (Holm), at 5 %.",
    "Who read the answer has fixed nothing and scores nothing. What could not be watched is said with the drill.",
    "Of several results of one side on a drill the oldest that could be judged counts: to play again makes nothing better.",
    "An assistant is known by its name in the settings. When its command or its model changes, old results are of another player.",
)
"""What a reader has to know before anything is concluded."""
