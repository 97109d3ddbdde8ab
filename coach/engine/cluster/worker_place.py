"""One project on a worker: its trees, what copies are completed with, its interpreter, and the way back to the project's own terms."""

import contextlib
import functools
import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from coach.core.base.text import PROSE, TextKind
from coach.core.cluster.worker_facts import WorkerFacts
from coach.core.log.events import Interpreter
from coach.core.redact.observation_redactor import in_texts
from coach.engine.cluster.packs import install
from coach.engine.cluster.work import ALLOWED, Ground
from coach.engine.cluster.worker_facts_here import facts_of
from coach.engine.process.interpreter import find_interpreter
from coach.engine.search.candidate import SearchContext
from coach.engine.trees.git import Git
from coach.engine.trees.tree_store import TreeStore
from coach.errors import CoachError, TargetError
from coach.private_folders import make_folders
from coach.regular_files import is_file

T = TypeVar("T")
_NAMED = frozenset({PROSE, TextKind("path")})
ROOT, PYTHON = "COACH_WORKER_ROOT", "COACH_WORKER_PYTHON"
"""Variables that name the worker's checkout of the project and its interpreter for the target."""
OWN = "cluster-"
"""Begins the name of a folder that a worker keeps about a project of another machine."""
_MAX_PLACES = 4
_GIT_SECONDS = 120.0
_state: list[Path] = []
_places: dict[str, "Place"] = {}
_preparing = threading.Lock()


def prepare(state: Path) -> None:
    """Say where this process keeps what it needs; called when a worker starts."""
    _state[:] = [state]


def state_of_worker() -> Path:
    """Return where this worker keeps what it needs. Raises CoachError for one that was started without coach."""
    if not _state:
        what = "this worker was started without coach's preload"
        raise CoachError(what, do="start it with `coach worker ADDRESS`")
    return _state[0]


class Place:
    """One project on this worker."""

    def __init__(self, ground: Ground) -> None:
        self.ground, own = ground, os.environ.get(ROOT, "")
        about = f"{own}\0{ground.root}\0{ground.beside}\0{ground.format}"
        state = state_of_worker()
        self.home = state / "projects" / (OWN + hashlib.sha256(about.encode()).hexdigest()[:16])
        self.root = Path(own).resolve() if own else self._made()
        self.trees = TreeStore(self.root, self.home)
        self.repository = self.trees.objects.folder.parent
        self.interpreter = interpreter_there(ground, self.root)
        self.context = SearchContext(
            self.root,
            self.home,
            self.interpreter,
            ground.limits,
            environment_there(ground, self.root),
            state=state,
            project=ground.project,
            command=ground.command,
            confine=ground.confine,
            niceness=ground.niceness,
            warm=False,
        )
        self._terms: list[tuple[str, str]] | None = None

    def look(self, name: str = "") -> WorkerFacts:
        """Return what this worker is now."""
        found = facts_of(self.interpreter.path, self.home, name=name, root=os.environ.get(ROOT, ""))
        self._terms = _terms(self.root, found.prefix, self.ground)
        return found

    def receive(self, packs: tuple[bytes, ...]) -> None:
        """Take in the objects that were sent along. Raises GitError, OSError."""
        for pack in packs:
            install(self.repository, pack)
        self._lay_beside()

    @property
    def renamed(self) -> Callable[[str], str]:
        """What puts the names of the machine that asks for this worker's."""
        if self._terms is None:  # work that came before anybody looked
            self.look()
        terms = self._terms or []

        def renamed(text: str) -> str:
            for there, here in terms:
                if there in text:
                    text = text.replace(there, here)
            return text

        return renamed

    def in_our_terms(self, value: T) -> T:
        """Return what was seen here with the names that the machine that asks has for its root and packages: frames too."""
        told: T = in_texts(value, self.renamed, _NAMED)
        return told

    def _made(self) -> Path:
        """Make an empty repository by the name of the project's folder: a project may be imported by that name."""
        ground = self.ground
        root = self.home / "checkout" / (Path(ground.root).name or "root")
        if not (root / ".git").is_dir():
            new = self.home / f"checkout.new-{os.getpid()}"
            shutil.rmtree(new, ignore_errors=True)
            inside = new / root.name
            make_folders(inside)
            Git(inside).run("init", "-q", "--template=", f"--object-format={ground.format}", ".")
            make_folders(inside / ".git/info")
            # Whatever is put there is what git ignores where the project is at home, and copies are completed with it.
            (inside / ".git/info/exclude").write_text("*\n")
            with contextlib.suppress(OSError):  # another worker of this user was faster
                new.rename(self.home / "checkout")
            shutil.rmtree(new, ignore_errors=True)
        return root

    def _lay_beside(self) -> None:
        """Lay out, once, the files that copies are completed with; a checkout of the worker's own has them."""
        mark, tree = self.home / "beside", self.ground.beside
        if not tree or os.environ.get(ROOT) or mark.exists():
            return
        where = {"GIT_DIR": str(self.repository), "GIT_WORK_TREE": str(self.root)}
        index = self.home / f"beside.index-{os.getpid()}"
        git = Git(self.root, {**where, "GIT_INDEX_FILE": str(index)}, timeout=_GIT_SECONDS)
        git.run("read-tree", tree)
        git.run("checkout-index", "-a", "-q", "-f")
        index.unlink(missing_ok=True)
        mark.touch(mode=0o600)


def place_of(ground: Ground) -> Place:
    """Return the place of a project, prepared once. Raises CoachError, OSError."""
    with _preparing:
        found = _places.get(ground.key)
        if found is None or not found.home.is_dir():
            while len(_places) >= _MAX_PLACES:
                _places.pop(next(iter(_places)))
            found = _places[ground.key] = Place(ground)
        return found


def interpreter_there(ground: Ground, root: Path) -> Interpreter:
    """Choose the worker's interpreter: the one its start named, the one by the same path, else as for any project.

    Raises TargetError where it cannot run what the session's runs: another minor version, or no pytest.
    """
    wanted = ground.interpreter
    named = os.environ.get(PYTHON, "") or (wanted.path if is_file(wanted.path) else "")
    needs_pytest = bool(wanted.pytest)
    found = (
        _named(named, needs_pytest=needs_pytest)
        if named
        else find_interpreter(root, needs_pytest=needs_pytest)
    )
    if found.version.split(".")[:2] != wanted.version.split(".")[:2] and wanted.version:
        raise TargetError(
            f"the worker has python {found.version}, the session {wanted.version}",
            why="another minor version of Python may come to another verdict",
            do="start the worker with --python PATH",
        )
    return found


@functools.lru_cache(maxsize=_MAX_PLACES)
def _named(python: str, *, needs_pytest: bool) -> Interpreter:
    """Ask an interpreter once, whatever the project: ``look`` tells of one that has changed since."""
    return find_interpreter(state_of_worker(), python, needs_pytest=needs_pytest)


def environment_there(ground: Ground, root: Path) -> dict[str, str]:
    """Return the worker's own environment with the variables that travelled; of those none is its own."""
    own = {
        key: value
        for key, value in os.environ.items()
        if key not in ALLOWED and not key.startswith(("LC_", "__DASK_"))
    }
    return own | {key: value.replace(ground.root, str(root)) for key, value in ground.env.items()}


def _terms(root: Path, prefix: str, ground: Ground) -> list[tuple[str, str]]:
    """Return this machine's names and those they stand for, the longest first: one may lie in the other."""
    pairs = [(str(root), ground.root)]
    if prefix and ground.prefix:
        pairs.append((prefix, ground.prefix))
    pairs = [each for each in pairs if each[0] != each[1]]
    return sorted(pairs, key=lambda each: -len(each[0]))
