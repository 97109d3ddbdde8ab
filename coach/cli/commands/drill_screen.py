"""``coach drill run`` without an assistant: the screen on the arena's session, graded when the drill is over."""

from coach.cli.commands.console import put, say
from coach.cli.commands.drill_session import Leaving, opened_drill
from coach.cli.commands.drill_words import result_lines
from coach.cli.commands.screen import need_terminal, show_screen
from coach.core.drill.drill import DrillSet
from coach.core.drill.guidance import Guidance
from coach.drills.kept import results_of
from coach.errors import EXIT_FAILURES, EXIT_FINE


def play_on_screen(drill_set: DrillSet, number: int, guidance: Guidance) -> int:
    """Play a drill on the screen; 0 when it was fixed, 1 when it was not or goes on later."""
    need_terminal("name who plays: --assistant NAME")
    leaving: Leaving = []
    known = len(results_of(drill_set.name))
    show_screen(
        f"drill {drill_set.name}/{number}",
        lambda: opened_drill(drill_set, number, guidance, leaving),
        leaving=leaving,
    )
    new = [each for each in results_of(drill_set.name)[known:] if each.number == number and not each.player]
    if not new:
        say(f"`coach drill run {drill_set.name}/{number}` goes on with it")
        return EXIT_FAILURES
    put("\n".join(result_lines(new[-1])))
    return EXIT_FINE if new[-1].score.is_fixed else EXIT_FAILURES
