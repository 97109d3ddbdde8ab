"""The keys of experiments: a part of the one registry."""

from coach.ui import why
from coach.ui.key_action import KeyAction, act

EXPERIMENTS: tuple[KeyAction, ...] = (
    act(
        "logpoint",
        "E",
        "look inside",
        "Look at values at a line while the test runs, and test a prediction about them.",
        "Evidence",
        why=why.also(why.nothing_to_look_at),
    ),
    act(
        "pdb",
        "X",
        "stop in pdb",
        "Stop at the line of the newest logpoint, in pdb on this terminal.",
        "Evidence",
        why=why.also(why.no_logpoint),
    ),
    act("budget", "O", "time budget", "Say how long the target may take.", "Evidence", why=why.writable),
)
