"""A connection to a cluster: a client of a scheduler elsewhere, or processes of this machine that are a cluster of their own.

The only module that makes a client. ``distributed`` is imported here when somebody asks for a cluster, never before.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from coach.core.cluster.address import ClusterAddress
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.scheduler_answer import why_no_answer
from coach.engine.cluster.work import PRELOAD, RESOURCE
from coach.engine.process.scratch import temporary_folder
from coach.errors import CoachError, UsageError
from coach.regular_files import is_file

CONNECT_SECONDS = 10.0
_LOGGERS = ("distributed", "tornado.application", "tornado.general", "bokeh")
_QUIET = {
    # A worker that was lost with a task in its hands: the task may be begun by one more, here as on any cluster of coach's.
    "distributed.scheduler.allowed-failures": 1,
    "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS:g}s",
    "distributed.admin.system-monitor.gil.enabled": False,
    # Dask wakes up fifty times a second to see whether it is late, which is most of what an idle worker does.
    "distributed.admin.tick.interval": "1s",
    # Targets run in the environment of their worker: it shall not be another one than without Dask.
    "distributed.nanny.pre-spawn-environ": {},
}


class Connection:
    """A client, and the cluster that was started for it, if any."""

    def __init__(
        self,
        client: Any,
        settings: ClusterSettings,
        *,
        is_private: bool,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.client, self.settings, self.is_private = client, settings, is_private
        self._close = close

    @property
    def is_open(self) -> bool:
        return str(self.client.status) in {"running", "connecting"}

    def close(self) -> None:
        """Leave the cluster; one that was started for this ends. Never raises: what is gone needs no leaving."""
        with contextlib.suppress(Exception):
            self.client.close(timeout=CONNECT_SECONDS)
        with contextlib.suppress(Exception):
            self._close()


def connect(address: ClusterAddress, settings: ClusterSettings, root: Path) -> Connection:
    """Connect to a scheduler, or start processes here.

    Args:
        address: where; whether it may be used at all was decided before.
        settings: certificates, and what else the project says.
        root: the project, from which their paths are counted.

    Raises:
        CoachError: the extra is not installed, nobody answers, or certificates do not fit.

    """
    distributed = imported()
    if address.kind == "local":
        return _local(distributed, address, settings)
    security = security_of(distributed, address, settings, root)
    if why := asyncio.run(why_no_answer(address, security, CONNECT_SECONDS)):
        raise _unreachable(address, why)
    try:
        client = distributed.Client(
            address.text, security=security, timeout=CONNECT_SECONDS, set_as_default=False
        )
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise _unreachable(address, root_cause(error)) from error
    return Connection(client, settings, is_private=address.is_private)


def _unreachable(address: ClusterAddress, why: str) -> CoachError:
    return CoachError(
        f"no scheduler answers at {address.text}",
        why=why,
        do="see that it runs, and that address and certificates are right",
    )


def imported() -> Any:
    """Import Dask, quiet: its lines would tear the screen. Raises CoachError where the extra is missing."""
    try:
        import dask
        import distributed
    except ImportError as error:
        raise _not_installed("Dask", error) from None
    dask.config.set(_QUIET)
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False
    return distributed


def _not_installed(name: str, error: ImportError) -> CoachError:
    return CoachError(
        f"searches on a cluster need {name}, which is not installed",
        why=str(error),
        do='pip install "debug-coach[cluster]"',
    )


def _own_security(distributed: Any) -> Any:
    try:
        return distributed.Security.temporary()
    except ImportError as error:
        raise _not_installed("cryptography", error) from None


def security_of(distributed: Any, address: ClusterAddress, settings: ClusterSettings, root: Path) -> Any:
    """Return what shows who we are, and tells whom we trust; None for a connection in the clear. Raises UsageError."""
    if address.kind != "tls":
        return None
    files = {}
    for name in ("ca", "cert", "key"):
        named = getattr(settings, name)
        path = (root / Path(named).expanduser()) if named else None
        if path is None or not is_file(path):
            what = f"no file {path}" if path else f"{name} is not set"
            raise UsageError(
                f"{address.text} needs certificates: {what}",
                do=f"name the file in [tool.coach.cluster] {name} = …, or connect through an SSH tunnel",
            )
        files[name] = str(path)
    return distributed.Security(
        tls_ca_file=files["ca"],
        tls_client_cert=files["cert"],
        tls_client_key=files["key"],
        tls_worker_cert=files["cert"],
        tls_worker_key=files["key"],
        require_encryption=True,
    )


def _local(distributed: Any, address: ClusterAddress, settings: ClusterSettings) -> Connection:
    # Who can connect to a scheduler runs anything as its user, and other users of this machine can connect to any port:
    # certificates that only these processes hold keep them out. Dask keeps them in memory.
    security = _own_security(distributed)
    made = contextlib.ExitStack()
    folder = str(made.enter_context(temporary_folder()))  # found and removed even if this process is killed
    _start_tracker()
    try:
        with _own_variables():
            cluster = distributed.LocalCluster(
                n_workers=address.workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                protocol="tls://",
                security=security,
                resources={RESOURCE: 1},
                memory_limit=0,
                dashboard_address=None,
                scheduler_kwargs={
                    "dashboard_address": "127.0.0.1:0",  # else it warns of a port that is taken
                    "local_directory": folder,
                },
                worker_dashboard_address=None,
                silence_logs=logging.CRITICAL,
                local_directory=folder,
                preload=[PRELOAD],
            )
        client = distributed.Client(cluster, security=security, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, RuntimeError, ValueError) as error:
        made.close()
        raise CoachError(f"{address.text} could not be started", why=root_cause(error)) from error

    def end() -> None:
        cluster.close(timeout=CONNECT_SECONDS)
        made.close()

    return Connection(client, settings, is_private=True, close=end)


@contextlib.contextmanager
def _own_variables() -> Iterator[None]:
    """Keep this process's own variables: Dask sets its workers' in the process that starts them, and leaves them there.

    Everything that coach starts afterwards would have them: runs, editors, assistants.
    """
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


def _start_tracker() -> None:
    """Start what keeps count of the processes' resources: under the screen, whose stderr has no descriptor to hand on, it cannot."""
    with contextlib.redirect_stderr(sys.__stderr__):
        resource_tracker.ensure_running()


def root_cause(error: BaseException) -> str:
    """Return the words of what an error began with: a scheduler that refuses is told three errors deep."""
    first: BaseException | None = error
    while first is not None:
        error, first = first, first.__cause__ or first.__context__
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
