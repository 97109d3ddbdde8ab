"""Tiny repositories to run for real. Whatever a run does, afterwards no process is left and no file has changed."""

import contextlib
import functools
import hashlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from coach.core.log.events import Interpreter
from coach.core.protocol.effects import StartRun
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.engine import LocalEngine
from coach.engine.execute import execute
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.observer import ObserverContext
from coach.engine.process.environment import server_environment
from coach.engine.process.output import LiveOutput
from coach.engine.process.probe_install import PROBE_FOLDER
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.trees.checkout import file_clock
from coach.engine.warm.server import WarmServer
from tests.engine.lab import Lab, of_pytest, plain_environment

TARGETS = Path(__file__).parent.parent / "targets"
MARK = "COACH_TEST_MARK"
PATIENCE = 60


def content_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path.relative_to(folder)).encode("utf-8", "surrogateescape"))
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def processes_with(mark: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


class Ground:
    """One target repository, and what runs of it need."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        self.root = root
        self.env = env
        self.live = LiveOutput()
        self.kept: list[str] = []
        self.cancel = threading.Event()
        self.warm: WarmServer | None = None
        self.site: Path | None = None

    def settle(self) -> None:
        """What the test itself wrote is part of the target from here on."""
        self.before = content_hash(self.root)

    def plain(self, *words) -> None:
        """Run pytest as anybody would, with bytecode written; that is part of the target from then on."""
        argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
        env = {key: value for key, value in self.env.items() if key != "PYTHONDONTWRITEBYTECODE"}
        subprocess.run(argv, cwd=self.root, env=env, capture_output=True, check=False)
        self.settle()

    def keep(self, text: str) -> str:
        self.kept.append(text)
        return hashlib.sha256(text.encode()).hexdigest()

    def surroundings(self, limits: Limits | None = None, python: str = sys.executable) -> RunContext:
        interpreter = Interpreter(path=python)
        around = RunContext(self.root, interpreter, limits or Limits(wall=60), self.keep, self.live, self.env)
        return replace(around, warm=self.warm)

    def observe(
        self, request: RunRequest, *, copy=None, python=sys.executable, places=(), plan="", to_mend=None
    ):
        """Run with what the request asks for besides; returns the report and who observed it."""
        around = self.surroundings(python=python)
        observer = observer_of(
            StartRun(request=request, places=places, to_mend=to_mend), ObserverContext(around)
        )
        request = observer.prepare(request, copy or self.root, file_clock() if copy else 0)
        observer.plan = plan or observer.plan
        return execute(request, around, self.cancel, copy, observer), observer

    def run(self, *words, limits=None, python=sys.executable, copy=None, kind="pytest", junit="", **request):
        request = RunRequest(
            number=1,
            purpose="reproduce",
            target=Target(kind=kind, words=words, junit=junit),
            tree="tree" if copy else "",
            **request,
        )
        return execute(request, self.surroundings(limits, python), self.cancel, copy)


@contextlib.contextmanager
def grounds_in(place: Path) -> Iterator[Callable[[str], Ground]]:
    """Return a function that copies a target repository into a place and lets it be run."""
    grounds: list[Ground] = []
    mark = f"{MARK}={uuid.uuid4().hex}"

    def lay(name: str) -> Ground:
        root = place / str(len(grounds)) / name if grounds else place / name
        shutil.copytree(TARGETS / name, root)
        env = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
        # Plugins of coach's own environment are not the subject here, and one of them takes a second to import.
        env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", MARK: mark.partition("=")[2], **of_pytest()}
        laid = Ground(root, env)
        laid.settle()
        grounds.append(laid)
        return laid

    yield lay
    for laid in grounds:
        if laid.warm is not None:
            laid.warm.close()
    assert processes_with(mark) == []
    for laid in grounds:
        assert content_hash(laid.root) == laid.before


@pytest.fixture
def ground(tmp_path):
    """Return a function that copies a target repository and lets it be run."""
    with grounds_in(tmp_path) as lay:
        yield lay


@pytest.fixture
def engine(ground):
    """Return a function that starts an engine on a target, by name or laid already; all are closed in the end."""
    engines = []

    def begin(name, **collaborators):
        laid = ground(name) if isinstance(name, str) else name
        made = LocalEngine(
            root=laid.root,
            interpreter=Interpreter(path=sys.executable),
            limits=Limits(wall=60),
            keep=laid.keep,
            env=laid.env,
            **collaborators,
        )
        seen = queue.SimpleQueue()
        made.start(seen.put)
        engines.append(made)
        return made, seen

    yield begin
    for each in engines:
        each.close()


@pytest.fixture(scope="module")
def shared_ground(tmp_path_factory):
    """Return such a function for what several tests of a file look at."""
    with grounds_in(tmp_path_factory.mktemp("shared")) as lay:
        yield lay


@pytest.fixture(scope="session")
def plainly_run(tmp_path_factory):
    """Return a function that gives the ground and the report of a plain run of a whole target: made once, for who only looks."""
    found = {}

    def ran(name: str) -> tuple[Ground, RunReport]:
        if name not in found:
            with grounds_in(tmp_path_factory.mktemp("plain")) as lay:
                laid = lay(name)
                found[name] = laid, laid.run()
        return found[name]

    return ran


@pytest.fixture
def lab(tmp_path):
    """Return a function that takes a project for searches."""

    def make(root: Path) -> Lab:
        home = (
            tmp_path / "home"
        )  # what the machine's own holds (caches of compilers) is mirrored for every run
        home.mkdir(exist_ok=True)
        return Lab(
            root.resolve(), tmp_path / "state/projects/0123", plain_environment() | {"HOME": str(home)}
        )

    return make


class Warm:
    """A ground with a warm server; ``run`` asks for warm runs and insists on them."""

    def __init__(self, laid: Ground, server: WarmServer | None = None) -> None:
        self.laid = laid
        laid.warm = server or WarmServer(
            laid.root, sys.executable, lambda: server_environment(laid.env, PROBE_FOLDER)
        )
        self.server = laid.warm

    def start(self, *words, **named):
        """Run cold once and load what that run used; returns its report."""
        report = self.laid.run(*words, **named)
        self.prepare()
        return report

    def prepare(self, *modules):
        """Start or renew the server; it loads these besides what runs used."""
        self.server.wants(modules)
        self.server.prepare()
        assert self.server.wait_until_settled(PATIENCE), self.server.why_cold

    def run(self, *words, **named):
        report = self.laid.run(*words, warm=True, **named)
        assert report.warm, report.cold_because
        return report


@pytest.fixture
def warm(ground):
    """Return a function that lays a target with a warm server."""
    made = []

    def lay(target) -> Warm:
        laid = target if isinstance(target, Ground) else ground(target)
        made.append(Warm(laid))
        return made[-1]

    yield lay
    for each in made:
        each.server.close()


@pytest.fixture
def package(tmp_path):
    """Return a function that writes a file of an installed package, on the path of a ground's runs only."""
    return functools.partial(installed, tmp_path / "site-packages")


def installed(folder: Path, laid: Ground, name: str, text: str) -> Path:
    """Write a file of an installed package, on the path of a ground's runs only."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if laid.site is None:
        laid.site = folder
        laid.env["PYTHONPATH"] = str(folder)
    return path


def other_python(version: str) -> str:
    """Return a python of another version that has pytest, or skip."""
    return _with_pytest(version) or pytest.skip(f"there is no python {version} with pytest here")


@functools.cache
def has(python: str, module: str) -> bool:
    """Whether a python has a module: asked once."""
    return not subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode


@functools.cache
def _with_pytest(version: str) -> str:
    names = [shutil.which(f"python{version}") or ""]
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False).stdout.strip()
        names += [str(path) for path in sorted(Path(root).glob(f"versions/{version}*/bin/python"))]
    names += os.environ.get(f"COACH_TEST_PYTHON_{version.replace('.', '_')}", "").split(os.pathsep)
    return next((name for name in filter(None, names) if has(name, "pytest")), "")
