"""Where a search is carried out, as people type it, and which addresses are refused."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

NAMED = "cluster"
"""The word for the address that the settings name."""
MAX_LOCAL = 64
INSECURE = "insecure+"
"""Begins an address that the engineer wants used although others can listen: so `--insecure` is kept in a request and in the log."""
_REMOTE = re.compile(r"(tls|tcp)://(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253}):([0-9]{1,5})")
_LOCAL = re.compile(r"local(?::([0-9]{1,5}))?")
_BARE = re.compile(r"[A-Za-z0-9._-]{1,253}:[0-9]{1,5}")
_FORMS = "tls://HOST:PORT, tcp://127.0.0.1:PORT, local:N, or `cluster` for the one in the settings"


class NotAnAddress(ValueError):
    """A text that names no cluster: what is wrong, what to do, and what it may have meant."""

    def __init__(self, what: str, do: str, meant: tuple[str, ...] = ()) -> None:
        self.what, self.do, self.meant = what, do, meant
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """One place: processes of this machine, or a scheduler with its workers."""

    text: str
    kind: Literal["local", "tcp", "tls"]
    host: str = ""
    port: int = 0
    workers: int = 0
    """*local*: how many processes."""
    is_agreed: bool = False
    """Whether the engineer wants it used although others can listen."""

    @property
    def is_here(self) -> bool:
        """Whether what is sent there does not leave this machine."""
        return self.kind == "local" or self.host == "localhost" or _is_loopback(self.host.strip("[]"))

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way can read what is sent there."""
        return self.is_here or self.kind == "tls"


def _is_loopback(host: str) -> bool:
    """Whether a numeric address is of this machine; a name may mean any machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def parse_address(text: str, scheduler: str = "") -> ClusterAddress:
    """Read an address; ``scheduler`` is the one that ``cluster`` stands for. Raises NotAnAddress."""
    typed = text.strip()
    is_agreed, typed = typed.startswith(INSECURE), typed.removeprefix(INSECURE)
    if typed == NAMED:
        if not scheduler:
            do = 'set scheduler = "tls://host:8786" in [tool.coach.cluster], or name an address with --on'
            raise NotAnAddress("the settings name no cluster", do)
        typed = scheduler.strip()
    if found := _LOCAL.fullmatch(typed):
        number = int(found[1] or 2)
        if not 1 <= number <= MAX_LOCAL:
            raise NotAnAddress(f"local:{number} is not usable", f"name 1 to {MAX_LOCAL} processes: local:4")
        return ClusterAddress(typed, "local", workers=number)
    if (found := _REMOTE.fullmatch(typed)) and 0 < int(found[3]) < 65_536:
        kind: Literal["tls", "tcp"] = "tls" if found[1] == "tls" else "tcp"
        return ClusterAddress(typed, kind, found[2], int(found[3]), is_agreed=is_agreed)
    meant = (f"tls://{typed}",) if _BARE.fullmatch(typed) else ()
    raise NotAnAddress(f"no address of a cluster: {text!r}", f"name one as {_FORMS}", meant)


def as_kept(typed: str, *, insecure: bool) -> str:
    """Return an address as requests and the log keep it; ``insecure``: the engineer said `--insecure`."""
    text = typed.strip()
    return INSECURE + text if insecure and not text.startswith(INSECURE) else text


def why_refused(address: ClusterAddress) -> str:
    """Say why nothing is sent to an address; empty where it may be."""
    if address.is_private or address.is_agreed:
        return ""
    return (
        f"{address.text} is not encrypted: whoever listens on the way reads the code and the environment, and whoever answers "
        "in the scheduler's place runs what they like on this machine; use tls://, or an SSH tunnel to 127.0.0.1, or say --insecure"
    )
