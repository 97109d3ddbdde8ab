"""Where a command is carried out, read and refused before any session opens."""

from argparse import Namespace

from coach.cli.commands.open_session import place_here, read_session
from coach.core.cluster.address import NAMED, agreed
from coach.core.session.state import SessionState
from coach.engine.source.project_root import located_here
from coach.settings.cluster_choice import chosen_cluster
from coach.settings.project import load_settings


def place_of_work(args: Namespace) -> str:
    """Return the address as a request keeps it; empty: this machine. Raises UsageError for a wrong or refused one."""
    if not args.on:
        return ""
    on = agreed(args.on.strip()) if args.insecure else args.on.strip()
    is_open = not (getattr(args, "target", None) or getattr(args, "command", None))
    home = (place_here(read_session(args.session)) if is_open else located_here(args.target)).home
    chosen_cluster(home, load_settings(home), on)
    return on


def named_clusters(state: SessionState) -> tuple[str, ...]:
    """Return the word for the cluster that the settings of a session's project name, for the screen; none where none is."""
    home = place_here(state).home
    return (NAMED,) if load_settings(home).cluster.scheduler else ()
