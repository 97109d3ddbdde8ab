"""``coach assist``: run an assistant of the project's settings on the session, and say what came of it."""

import contextlib
import signal
import sys
from argparse import Namespace
from pathlib import Path

from coach.assistants.prompt import prompt_of
from coach.assistants.runner import Assistant, Patience, Stay, assistants, run_assistant
from coach.cli.commands.approval import agrees, can_ask
from coach.cli.commands.console import exit_code_of, loop_line, put, put_json, run_line, say
from coach.cli.commands.open_session import ask, opened_session, read_session
from coach.core.base.text import safe_line
from coach.core.protocol import commands as cmd
from coach.core.redact.redactor import taken_out
from coach.core.session.state import SessionState
from coach.core.session.summary import summarise_run
from coach.errors import EXIT_FINE, EXIT_LOOP, EXIT_UNRESOLVED, UsageError
from coach.session.dispatcher import Dispatcher
from coach.session.factory import place_of
from coach.session.port import SessionPort
from coach.session.shared.client import RemotePort
from coach.settings.project import load_settings
from coach.store.trust import approval_of, approve, is_approved
from coach.tui.host_services import NamedAssistant


def assist(args: Namespace) -> int:
    """Run an assistant on the session; 0 green, 1 red, 3 unresolved or stopped, 9 a loop."""
    root = _root(args)
    known = {each.name: each for each in assistants(root, load_settings(root))}
    if not args.name:
        for each in known.values():
            put(f"{each.name}: {safe_line(' '.join(each.argv))}")
        return EXIT_FINE
    if args.name not in known:
        raise UsageError(
            f"no assistant is called {args.name!r}",
            why=f"known: {', '.join(known) or 'none'}",
            do='add it to pyproject.toml: [tool.coach.assistants] claude = "claude -p"',
        )
    assistant = known[args.name]
    if args.show:
        put(prompt_of(read_session(args.session), args.budget, purpose=args.purpose).text)
        return EXIT_FINE
    be_sure(assistant, is_agreed=args.yes)
    with opened_session(args) as session:
        made = prompt_of(session.state, args.budget, purpose=args.purpose)
        say(
            f"handing about {made.tokens:,} tokens to {assistant.name}; redacted: {taken_out(made.redactions) or 'nothing'}"
        )
        for warning in made.warnings:
            say(f"reads like an instruction: {warning}")
        note = cmd.NoteExport(
            format="markdown",
            budget=made.budget,
            digest=made.digest,
            way=f"assistant {assistant.name}",
            purpose=made.purpose,
        )
        ask(session, note)
        patience = Patience(args.timeout, args.silence, "" if args.stop_at == "never" else args.stop_at)
        stay = run_assistant(
            session, assistant, made.text, patience, lambda line: say(f"  {safe_line(line)}")
        )
    return _tell_json(stay) if args.json else _tell(stay)


def named_assistants(state: SessionState) -> tuple[NamedAssistant, ...]:
    """Return the assistants of a session's project, for the screen. Raises UsageError."""
    root = place_of(state.opened).home if state.opened else Path()
    return tuple(
        NamedAssistant(
            each.name, each.argv, str(each.cwd), is_approved(approval_of(each.source, each.argv, each.cwd))
        )
        for each in assistants(root, load_settings(root))
    )


def run_in_terminal(port: SessionPort, name: str, prompt: str) -> str:
    """Run an assistant while the screen has given the terminal up; ctrl+c ends it. The engineer has seen the command."""
    root = place_of(port.state.opened).home if port.state.opened else Path()
    assistant = next(each for each in assistants(root, load_settings(root)) if each.name == name)
    approve(approval_of(assistant.source, assistant.argv, assistant.cwd), assistant.argv)
    assert isinstance(port, Dispatcher | RemotePort)
    say(f"{name} works in {root}; ctrl+c ends it")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stay = run_assistant(port, assistant, prompt, Patience(), lambda line: say(f"  {safe_line(line)}"))
    except KeyboardInterrupt:
        return f"{name} was stopped; what it edited is in the runs"
    finally:
        signal.signal(signal.SIGINT, before)
    _tell(stay)
    put("enter goes back to the screen")
    with contextlib.suppress(OSError, KeyboardInterrupt):
        sys.stdin.readline()
    loops = [each for each in stay.loops if each.level != "note"]
    ended = run_line(stay.run) if stay.run else "no run"
    return loop_line(loops[-1]) if loops else f"{name} {stay.report.ending}: {ended}"


def _root(args: Namespace) -> Path:
    opened = read_session(args.session).opened
    assert opened is not None
    return place_of(opened).home


def be_sure(assistant: Assistant, *, is_agreed: bool) -> None:
    """Ask about a command out of a repository's own file: it runs only when the engineer has seen it. Raises UsageError."""
    approval = approval_of(assistant.source, assistant.argv, assistant.cwd)
    if is_approved(approval):
        return
    say(f"{assistant.source.name} of this project wants to run:")
    for word in assistant.argv:
        say(f"    {safe_line(word, limit=2_000)}")
    say(f"in {assistant.cwd}")
    if not is_agreed:
        if not can_ask():
            raise UsageError("this command is not approved", do="look at it, then say so: --yes")
        if not agrees("Run it, now and later, until it changes?"):
            raise UsageError("not approved; nothing was run")
    approve(approval, assistant.argv)


def _tell(stay: Stay) -> int:
    report = stay.report
    seconds = f"{report.seconds:.0f} s"
    put(f"{report.name}: {report.ending}, exit {report.exit_code}, {seconds}")
    for each in report.survivors:
        put(f"  left behind and ended: {safe_line(each)}")
    for attempt in stay.attempts:
        found = ", ".join(dict.fromkeys(finding.kind for finding in attempt.findings))
        put(
            f"  #{attempt.run} edited {safe_line(', '.join(attempt.paths))}" + (f": {found}" if found else "")
        )
    for loop in stay.loops:
        put(loop_line(loop))
    if stay.run:
        put(run_line(stay.run))
    if not stay.attempts:
        put("  no file was edited")
    return _code(stay)


def _tell_json(stay: Stay) -> int:
    put_json(
        {
            **stay.report.model_dump(mode="json"),
            "attempts": [
                {"run": each.run, "paths": list(each.paths), "findings": [one.kind for one in each.findings]}
                for each in stay.attempts
            ],
            "loops": [
                {"pattern": each.pattern, "level": each.level, "run": each.run, "seen": each.sentence}
                for each in stay.loops
            ],
            "run": summarise_run(stay.run) if stay.run else None,
        }
    )
    return _code(stay)


def _code(stay: Stay) -> int:
    if any(each.level != "note" for each in stay.loops):
        return EXIT_LOOP
    code = exit_code_of(stay.run)
    return EXIT_UNRESOLVED if code == EXIT_FINE and stay.report.ending != "ended" else code
