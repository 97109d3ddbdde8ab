"""``coach agents install`` and ``remove``: show the change of each file of a host, ask, write."""

from argparse import Namespace
from pathlib import Path

from coach.assistants.hosts import HOSTS, Host, own_program
from coach.assistants.install import Change, carry_out, plan_install, plan_remove
from coach.cli.commands.approval import agrees, can_ask
from coach.cli.commands.console import put, say
from coach.core.base.text import safe, safe_line
from coach.engine.source.project_root import located_here
from coach.errors import EXIT_FAILURES, EXIT_FINE, UsageError

MAX_LINE = 2_000


def install(args: Namespace) -> int:
    """Put coach's parts into a host's files; exit code 1 when one of them stays as it is for a reason."""
    host = _host(args)
    code = _changed(args, plan_install(host, args.scope, _project(args)))
    then = host.user_then if args.scope == "user" else host.then
    if then and not args.dry_run:
        say(f"{host.title}: {then}")
    if args.scope == "project" and own_program() != ("coach",):
        say("coach is not on PATH, so the files name its path on this machine: do not commit them")
    return code


def remove(args: Namespace) -> int:
    """Take them out again."""
    return _changed(args, plan_remove(_host(args), args.scope, _project(args)))


def _host(args: Namespace) -> Host:
    host = HOSTS[args.host]
    if args.scope == "user" and not host.has_user_scope:
        raise UsageError(f"{host.title} is a file of a project", do="leave --scope out")
    return host


def _project(args: Namespace) -> Path:
    """Return the folder whose files hosts read: the one that was named, else the top of the repository."""
    return Path(args.project).absolute() if args.project else located_here().root


def _changed(args: Namespace, changes: list[Change]) -> int:
    needed = [each for each in changes if each.is_needed]
    _show(changes, needed)
    if needed and not args.dry_run:
        _be_sure(args, needed)
        carry_out(needed)
        for each in needed:
            say(f"{'removed' if each.after is None else 'written'}: {safe_line(str(each.path))}")
    return EXIT_FAILURES if any(each.why_not for each in changes) else EXIT_FINE


def _show(changes: list[Change], needed: list[Change]) -> None:
    for each in needed:
        for line in each.diff():
            put(safe(line, limit=MAX_LINE))
    for each in changes:
        if each.why_not:
            say(f"left as it is: {safe_line(str(each.path))}: {safe_line(each.why_not)}")
    if not needed:
        say("there is nothing to change")


def _be_sure(args: Namespace, needed: list[Change]) -> None:
    """Ask, unless that was answered on the command line. Raises UsageError."""
    if args.yes:
        return
    if not can_ask():
        raise UsageError(
            "nothing was written: nobody is there to agree", do="give --yes, or --dry-run to look"
        )
    if not agrees(f"Write {', '.join(safe_line(str(each.path)) for each in needed)}?"):
        raise UsageError("nothing was written")
