"""Where a command is carried out, read and refused before any session opens."""

from argparse import Namespace

from coach.cli.commands.open_session import place_here, place_meant
from coach.core.cluster.address import NAMED, as_kept
from coach.core.session.state import SessionState
from coach.engine.source.project_root import Located
from coach.errors import UsageError
from coach.settings.cluster_choice import chosen_cluster
from coach.settings.project import load_settings


def place_of_work(args: Namespace, place: Located | None = None) -> str:
    """Return the address as a request keeps it; empty: this machine. Raises UsageError for a wrong or refused one.

    ``place``: the project that is meant, where it is none of a session's.
    """
    if not args.on:
        return ""
    on, home = as_kept(args.on, insecure=args.insecure), (place or place_meant(args)).home
    chosen_cluster(home, load_settings(home), on)
    return on


def named_clusters(state: SessionState) -> tuple[str, ...]:
    """Return the word for the cluster that the settings of a session's project name, for the screen; none where none is."""
    home = place_here(state).home
    return (NAMED,) if load_settings(home).cluster.scheduler else ()


def why_no_cluster(state: SessionState, typed: str) -> str:
    """Return why nothing can be carried out at an address that was typed, for the screen; empty where it can."""
    home = place_here(state).home
    try:
        chosen_cluster(home, load_settings(home), typed)
    except UsageError as error:
        return ": ".join(filter(None, [str(error), error.do or error.why]))
    return ""
