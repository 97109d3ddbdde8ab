"""``coach mcp``: the tools over the Model Context Protocol on standard input and output.

The protocol owns stdout here; whatever else wants to speak goes to stderr. Needs the extra ``coach[mcp]``.
"""

import contextlib
import inspect
import os
import signal
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

from coach import __version__
from coach.cli.commands.console import say
from coach.cli.commands.open_session import Session, current_id
from coach.cli.commands.signals import end_at_once, impatient
from coach.cli.commands.target_choice import target_from
from coach.core.protocol import commands as cmd
from coach.engine.source.project_root import VARIABLE, located_here, project_here
from coach.errors import EXIT_FINE, CoachError, UsageError
from coach.mcp.tools import Refused, Tools
from coach.session.export_io import private_of
from coach.session.factory import open_new, open_shared
from coach.settings.project import load_settings
from coach.store import library

INSTRUCTIONS = """\
coach keeps the session of one defect: what fails, what was tried, what was ruled out. Work in this order: run_failing_test,
investigate, propose_hypothesis with a prediction, one change, run_failing_test, verify. It refuses what skips a step and says
why. Every answer has the limits of a fix and the loops noticed: at a loop, stop editing and tell the engineer. Only a person
confirms a fix."""


_Project = Annotated[
    str,
    "The project's folder, absolute. Needed only when the server was started elsewhere; it stays for the calls after.",
]


def serve(args: Namespace) -> int:
    """Serve until the other side hangs up."""
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
    except ImportError:
        raise UsageError("the MCP server is not installed", do="pip install 'debug-coach[mcp]'") from None
    tools = Tools(lambda: _opened(args.session), _started, private_of(project_here()), args.name)
    server = MCPServer("coach", version=__version__, instructions=INSTRUCTIONS, log_level="ERROR")
    for tool in (
        tools.status,
        tools.start,
        tools.run_failing_test,
        tools.propose_hypothesis,
        tools.judge_hypothesis,
        tools.investigate,
        tools.suspects,
        tools.who,
        tools.logpoint,
        tools.rule_out,
        tools.restore,
        tools.verify,
        tools.note,
        tools.root_cause,
        tools.context,
    ):
        server.add_tool(_with_reasons(tool, ToolError))
    _add_resources(server, tools)
    _end_on_signals()
    try:
        server.run("stdio")
    finally:
        with contextlib.suppress(CoachError):
            tools.leave()
    return EXIT_FINE


def _add_resources(server: Any, tools: Tools) -> None:
    for uri, read, words in (
        ("coach://context", tools.context, "the session as a prompt"),
        ("coach://runs", tools.runs, "the runs, newest first"),
        ("coach://suspects", tools.ranked, "where the defect may be, best first"),
        ("coach://ledger", tools.hypotheses, "hypotheses, verdicts, and what was ruled out"),
    ):
        server.resource(uri, name=uri.rpartition("/")[2], description=words)(_reader(read))
    server.resource("coach://context/{budget}", name="context-at", description="the same within a budget")(
        _context_at(tools)
    )


def _with_reasons(tool: Callable[..., Any], error: type[Exception]) -> Callable[..., Any]:
    """Let expected errors reach the other side with their reason, and every call say which project it is about."""
    from functools import wraps

    @wraps(tool)
    def told(*args: Any, project: str = "", **kwargs: Any) -> Any:
        try:
            with named_project(project):
                return tool(*args, **kwargs)
        except Refused as refused:
            raise error(f"refused: {refused}") from None
        except CoachError as trouble:
            raise error(str(trouble)) from None

    own = inspect.signature(tool)
    asked = inspect.Parameter("project", inspect.Parameter.KEYWORD_ONLY, default="", annotation=_Project)
    told.__signature__ = own.replace(parameters=[*own.parameters.values(), asked])  # type: ignore[attr-defined]
    told.__annotations__ = {**tool.__annotations__, "project": _Project}
    return told


@contextlib.contextmanager
def named_project(named: str) -> Iterator[None]:
    """Have a call look for its project where it says; later calls that say nothing are about the same one."""
    if named:
        folder = Path(named)
        if not folder.is_absolute():
            raise Refused("name the project's folder by its absolute path: a server has no folder of yours")
        os.environ[VARIABLE] = str(folder)
    yield


def _reader(read: Callable[[], Any]) -> Callable[[], Any]:
    """A resource without parameters; a method's default arguments would be taken for some."""

    def resource() -> Any:
        return read()

    return resource


def _context_at(tools: Tools) -> Callable[[int], str]:
    def context(budget: int) -> str:
        return tools.context(budget)

    return context


@contextlib.contextmanager
def _opened(named: str) -> Iterator[Session]:
    with open_shared(current_id(named)) as session, _kept(session):
        yield session


@contextlib.contextmanager
def _started(words: str) -> Iterator[Session]:
    place = located_here([words])
    if library.newest_open(place.root / place.folder):
        raise Refused("a session is open in this project: status says where it stands")
    target = target_from([words], None, place, Path.cwd())
    with open_new(place, target, load_settings(place.home)) as session, _kept(session):
        os.environ[VARIABLE] = str(place.root / place.folder)  # the calls after are about this one
        session.submit(cmd.Begin(reproduce=False)).result(10)
        yield session


_OPEN: list[Session] = []
"""The session of the call under way."""


@contextlib.contextmanager
def _kept(session: Session) -> Iterator[None]:
    _OPEN.append(session)
    try:
        yield
    finally:
        _OPEN.remove(session)


def _end_on_signals() -> None:
    """A signal ends what runs and gives the session up; then this process, whose threads may wait for a line for ever."""

    def stop(number: int, _frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        with impatient():
            for session in tuple(_OPEN):
                session.submit(cmd.Interrupted(by=name))
                session.wait_idle(5)
                session.close()
        say(f"coach: stopped by {name}; the session is kept")
        end_at_once(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
