"""Which cluster an engineer means, and whether a project may name one: a scheduler executes what it is sent, and answers with more.

The address in a project's own file is used only once the engineer has typed it; whatever of it changes asks again.
"""

from pathlib import Path

from coach.core.cluster.address import (
    INSECURE,
    NAMED,
    ClusterAddress,
    NotAnAddress,
    parse_address,
    why_refused,
)
from coach.errors import UsageError
from coach.settings.project import Settings
from coach.store.trust import approval_of, approve, is_approved


def chosen_cluster(root: Path, settings: Settings, on: str) -> ClusterAddress:
    """Return the address that is meant. Raises UsageError for one that is wrong, refused, or not approved."""
    cluster = settings.cluster
    try:
        address = parse_address(on, cluster.scheduler)
    except NotAnAddress as error:
        raise UsageError(error.what, do=error.do, typed=on, meant=error.meant) from None
    if why := why_refused(address):
        raise UsageError("nothing is sent there", why=why)
    if (
        on.strip().removeprefix(INSECURE) == NAMED
        and not address.is_here
        and not is_approved(_approval(root, settings))
    ):
        raise UsageError(
            "the cluster of this project is not approved",
            why=f"pyproject.toml names {address.text}: the scheduler there could run what it likes as you",
            do=f"if you trust it, name it yourself once: --on {address.text}",
        )
    if address.text == cluster.scheduler.strip():
        approve(_approval(root, settings), [address.text])
    return address


def _approval(root: Path, settings: Settings) -> str:
    cluster = settings.cluster
    return approval_of(
        root / "pyproject.toml", ["cluster", cluster.scheduler, cluster.ca, cluster.cert, cluster.key], root
    )
