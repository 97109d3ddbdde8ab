"""Take a run that was made elsewhere into the open session of its project."""

from argparse import Namespace
from pathlib import Path

from pydantic import ValidationError

from coach.cli.commands.console import put_json, say
from coach.cli.commands.open_session import ask, opened_session, place_here
from coach.cli.commands.target_choice import typed_id
from coach.core.base.test_id import TestId
from coach.core.base.value import Value
from coach.core.protocol import commands as cmd
from coach.core.runs.made_run import MadeRun
from coach.core.session.summary import summarise_run
from coach.errors import EXIT_FINE, UsageError
from coach.regular_files import read_json

_MAX_BYTES = 1_000_000


class _Left(Value):
    """What the pytest that ran leaves in ``run.json``."""

    words: tuple[str, ...]
    exit_code: int
    seconds: float
    began: int


def record(args: Namespace) -> int:
    """Record it; how it came out is told as of every run. Raises UsageError where it is no such run, or the session takes none."""
    folder = Path(args.folder).absolute()
    try:
        left = _Left.model_validate(read_json(folder / "run.json", _MAX_BYTES))
    except (OSError, ValidationError):
        raise UsageError(f"{folder} holds no run", do="start one: pytest --coach") from None
    made = MadeRun(folder=str(folder), exit_code=left.exit_code, seconds=left.seconds, began=left.began)
    with opened_session(args) as session:
        place = place_here(session.state)
        words = tuple(TestId(typed_id(word, place, Path.cwd())) for word in left.words)
        before = session.state.last_number
        ask(session, cmd.RecordRun(words=words, made=made))
        run = session.state.run(before + 1)
        if args.json:
            put_json(summarise_run(run) if run else {})
        elif run:
            opened = session.state.opened
            say(f"recorded as #{run.number} of session {opened.session if opened else ''}")
    return EXIT_FINE
