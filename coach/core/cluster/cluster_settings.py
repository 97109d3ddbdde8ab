"""What a project says of the cluster it uses."""

from pydantic import Field

from coach.core.base.value import Value


class ClusterSettings(Value):
    """``[tool.coach.cluster]``: where searches may be carried out besides this machine (``--on cluster``)."""

    scheduler: str = ""
    """The scheduler's address: ``tls://host:8786``, ``tcp://127.0.0.1:8786`` or ``local:4``; empty: none. Shown first, and asked about."""
    ca: str = ""
    """The certificate of the authority that signed those of scheduler and workers (PEM), relative to the project root."""
    cert: str = ""
    """The certificate that coach shows them."""
    key: str = ""
    """The key of that certificate."""
    workers: int = Field(default=0, ge=0, le=100_000)
    """Workers at most that one search uses at a time; 0: all of them."""
    env: tuple[str, ...] = ()
    """Environment variables that travel to the workers, besides those that are known to be harmless."""
