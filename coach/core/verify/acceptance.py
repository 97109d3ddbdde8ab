"""Acceptance: commands whose success means done, out of the spec and the project's rules; each is a line of the verification.

The core never decides that a command may run: whoever asks for a verification names those that the engineer approved.
"""

import shlex

from coach.core.base.text import safe_line
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.spec.gaps import is_command
from coach.core.verify.fix_checks import made_for
from coach.core.verify.proof_line import answerable
from coach.core.verify.verification import VerificationCheck

MAX_WORDS = 200
_SHELL = frozenset("();<>|&")


def asked_for(state: SessionState) -> tuple[str, ...]:
    """Return what the spec and the rules of the project call done, each once, in their order."""
    texts = (each.strip() for each in (*state.spec.acceptance, *state.rules.acceptance))
    return tuple(dict.fromkeys(text for text in texts if text))


def runnable(state: SessionState) -> tuple[str, ...]:
    """Return those that can be run without a shell."""
    return tuple(each for each in asked_for(state) if words_of(each)[1])


def words_of(command: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Split a command into the variables before it and its words; without words it cannot be run as it stands."""
    if not is_command(command):
        return (), ()
    lexer = shlex.shlex(command.strip(), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        return (), ()
    if len(words) > MAX_WORDS or any(word and set(word) <= _SHELL for word in words):
        return (), ()
    variables = []
    while words and "=" in words[0] and words[0].partition("=")[0].isidentifier():
        name, _, value = words.pop(0).partition("=")
        variables.append((name, value))
    return tuple(variables), tuple(words)


def accepted(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Answer each of them by its own run; what was not run does not hold, and says why."""
    made = made_for(runs, "acceptance")
    by_command = dict(zip(state.plan_acceptance, made, strict=False))
    return tuple(_line(state, command, by_command.get(command)) for command in asked_for(state))


def _line(state: SessionState, command: str, run: Run | None) -> VerificationCheck:
    held = run is not None and _ended_well(run)
    figure = _figure(command, run, is_planned=command in state.plan_acceptance)
    title = f"accepted: {safe_line(command, limit=120)}"
    return answerable(state, "acceptance", command, title, figure, held=held, run=run)


def _ended_well(run: Run) -> bool:
    ending = run.report.ending if run.report else None
    return ending is not None and ending.kind == "completed" and ending.exit_code == 0


def _figure(command: str, run: Run | None, *, is_planned: bool) -> str:
    if run is not None and run.report is not None:
        ending = run.report.ending
        if ending.kind != "completed":
            return ending.sentence or ending.kind
        said = run.report.output.tail.strip().rpartition("\n")[2] if ending.exit_code else ""
        more = f": {safe_line(said, limit=100)}" if said else ""
        return f"exit {ending.exit_code} after {run.report.duration:.1f} s, in a copy{more}"
    if not is_command(command):
        return "no command: look yourself, and say what you saw"
    if not words_of(command)[1]:
        return "needs a shell: write it as sh -c '…'"
    return "not run" if is_planned else "not approved, so it was not run"
