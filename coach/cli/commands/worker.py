"""``coach worker``: this machine carries out work of a cluster's."""

import os
import shlex
import socket
from argparse import Namespace
from pathlib import Path

from coach.cli.commands.console import put, say
from coach.core.cluster.address import ClusterAddress, as_kept
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.connection import imported, security_of
from coach.engine.cluster.work import PRELOAD, RESOURCE
from coach.engine.cluster.worker_place import PYTHON, ROOT
from coach.engine.cluster.worker_process import WorkerStart, serve
from coach.engine.process.interpreter import find_interpreter
from coach.engine.process.orphans import clear_left_behind, end_left_behind
from coach.engine.process.scratch import scratch_folder
from coach.engine.source.project_root import at, located_here
from coach.errors import EXIT_FINE, CoachError, UsageError
from coach.settings.cluster_choice import chosen_cluster
from coach.settings.project import Settings, load_settings
from coach.store.paths import make_private, state_home


def worker(args: Namespace) -> int:
    """Carry out work until Ctrl-C or SIGTERM; whatever was begun is ended then."""
    home, settings = _settings(args)
    address = chosen_cluster(home, settings, as_kept(args.address, insecure=args.insecure))
    if address.kind == "local":
        raise UsageError(
            f"{address.text} starts its workers itself",
            do="name a scheduler: tls://HOST:PORT",
            typed=args.address,
        )
    _mapped(args, home)
    named = {
        name: str(Path(getattr(args, name)).expanduser().absolute())
        for name in ("ca", "cert", "key")
        if getattr(args, name)
    }
    certificates = settings.cluster.model_copy(update=named)
    security = security_of(imported(), address, certificates, home)
    name = args.name or f"{socket.gethostname()}-{os.getpid()}"
    put(f"the same with Dask alone: {_with_dask(address, certificates, home, name)}")

    def tell(why: str) -> None:
        if why:
            say(f"no work comes from {address.text}: {why}; trying again until Ctrl-C")
        else:
            say(f"worker {name} carries out work of {address.text}; Ctrl-C ends it")

    state = make_private(state_home())
    try:
        with scratch_folder(state / "scratch") as scratch:
            serve(WorkerStart(address, name, scratch, security), tell)
    finally:  # a worker process that had to be killed could not end its run
        end_left_behind()
        clear_left_behind(state)
    return EXIT_FINE


def _settings(args: Namespace) -> tuple[Path, Settings]:
    """Return where the settings lie that name certificates, and they; a worker needs no project."""
    if args.root:
        root = Path(args.root).expanduser().absolute()
        if not root.is_dir():
            raise UsageError(f"there is no folder {args.root}", do="name a checkout with --root DIR")
        return root, load_settings(at(root).home)
    try:
        home = located_here().home
        return home, load_settings(home)
    except CoachError:
        return Path.cwd(), Settings()


def _mapped(args: Namespace, home: Path) -> None:
    """Let the worker's process know its checkout and interpreter; it has this environment."""
    if args.root:
        os.environ[ROOT] = str(home)
    if args.python:
        os.environ[PYTHON] = find_interpreter(home, args.python, needs_pytest=False).path


def _with_dask(address: ClusterAddress, settings: ClusterSettings, home: Path, name: str) -> str:
    """Return the command line that does the same where coach is installed and Dask starts the workers."""
    variables = [f"{each}={os.environ[each]}" for each in (ROOT, PYTHON) if os.environ.get(each)]
    words = [
        "dask",
        "worker",
        address.text,
        "--name",
        name,
        "--nthreads",
        "1",
        "--resources",
        f"{RESOURCE}=1",
    ]
    words += ["--memory-limit", "0", "--preload", PRELOAD]
    if address.is_here and not address.is_agreed:
        words += ["--host", "127.0.0.1"]  # else it listens to every machine that can reach this one
    if address.kind == "tls":
        for option, named in (("ca-file", settings.ca), ("cert", settings.cert), ("key", settings.key)):
            words += [f"--tls-{option}", str(home / Path(named).expanduser())]
    return shlex.join([*(["env", *variables] if variables else []), *words])
