"""Folders of a run in a copy that are its own: HOME, the temporary ones, those of the desktop. They go when the run is over.

What the engineer's home holds is found there by links, since a failure may depend on it; what is written goes into the run's
own folders, and through a link nowhere: a confined run is refused. So a test that removes ``~/.cache`` removes links.
"""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

MAX_LINKS = 2_000
MAX_CACHED = 20_000
"""Files of a compiler's cache that are linked one by one, so that it can add its own."""
MAX_IN_ONE = 300
"""Names in one folder of settings: a larger one is data, and linked whole."""
_OPENED = (".cache", ".config", ".local/share", ".local/state")
"""Folders of folders: each of theirs is a program's own, which may add files."""
_WRITTEN = frozenset(("_logs", ".package-cache", ".package-cache-mutate", ".global-cache", "trim.txt"))
"""Names that tools only write: a link there would refuse what an own file allows."""
_BELOW_HOME = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
_RUNTIME = "XDG_RUNTIME_DIR"
_TEMPORARY = ("TMPDIR", "TEMP", "TMP", "PYTEST_DEBUG_TEMPROOT")
_BUILT = "go-build"
_OF_GO = ("go.mod", "*/go.mod", "*/*/go.mod", "go.work", "*.go", "*/*.go", "*/*/*.go")
"""Where a project that builds Go has it; the cache of another's engineer would be thousands of links for nothing."""
TO_SERVICES = (
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GPG_AGENT_INFO",
    "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_SYSTEM_BUS_ADDRESS",
    "DOCKER_HOST",
    "CONTAINER_HOST",
    "KUBECONFIG",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "PULSE_SERVER",
    "TMUX",
    "TMUX_PANE",
    "STY",
    "GNOME_KEYRING_CONTROL",
    "VSCODE_IPC_HOOK_CLI",
    "NVIM",
)
"""Variables that lead to programs of the engineer's: code that nobody has seen before is not told of them."""


def builds_go(project: Path) -> bool:
    """Return whether sources of Go lie in a project, not deeper than most keep them."""
    return any(True for each in _OF_GO for _ in project.glob(each))


def own_folders(
    env: Mapping[str, str], folder: Path, *, is_strict: bool, calls_compilers: bool, reads_built: bool = True
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Make the folders of a run, and return its environment, and pairs of an own folder and what it stands for.

    Args:
        env: the environment without them.
        folder: a disposable folder.
        is_strict: whether the code is what nobody wrote: it is told of no service.
        calls_compilers: whether compilers may be called, which need caches they can write.
        reads_built: whether these caches hold what was built before; else they begin empty, which is slower where one is needed.

    """
    own = {name: value for name, value in env.items() if not (is_strict and name in TO_SERVICES)}
    temporary = _made(folder / "tmp")
    stands_for = [(str(temporary), env.get("TMPDIR") or "/tmp")]  # noqa: S108 - what an environment without it means
    own |= {name: str(temporary) for name in _TEMPORARY if name == "TMPDIR" or name in env}
    home = env.get("HOME", "")
    if home and Path(home).is_dir():
        mirror = _Mirror(Path(home), _made(folder / "home"))
        mirror.make(opens_caches=calls_compilers, reads_built=reads_built)
        own |= mirror.moved({name: env[name] for name in ("HOME", "GOCACHE", *_BELOW_HOME) if name in env})
        stands_for.append((str(mirror.own), home))
    if runtime := env.get(_RUNTIME, ""):
        own[_RUNTIME] = str(_made(folder / "runtime"))
        if not is_strict:
            _link_all(Path(runtime), folder / "runtime")
        stands_for.append((own[_RUNTIME], runtime))
    return own, tuple(stands_for)


def own_temporary(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return an environment with temporary folders of the run's own, and all else as it is."""
    place = str(_made(folder / "tmp"))
    return {**env, **{name: place for name in _TEMPORARY if name == "TMPDIR" or name in env}}


class _Mirror:
    """A home that holds links to what another one holds."""

    def __init__(self, home: Path, own: Path) -> None:
        self.home, self.own = home, own
        self._left = MAX_LINKS

    def make(self, *, opens_caches: bool, reads_built: bool) -> None:
        for name in _names(self.home):
            if name.startswith("."):
                self._open(name, is_deep=name in _OPENED or name == ".local")
            else:
                self._link(name)
        built = f".cache/{_BUILT}"
        if opens_caches and (self.home / built).is_dir():
            with contextlib.suppress(OSError):
                (self.own / built).unlink(missing_ok=True)
            if reads_built:
                _mirror_files(self.home / built, self.own / built)
            else:
                _made(self.own / built)

    def moved(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return variables that name a place in the home as ones that name the same place in this one."""
        found = {}
        for name, value in variables.items():
            with contextlib.suppress(ValueError):
                found[name] = str(self.own / Path(value).relative_to(self.home))
        return found

    def _open(self, name: str, *, is_deep: bool) -> None:
        """Make a folder that holds links; what is a file or a link itself, or too much, is linked."""
        place = self.home / name
        inside = [] if place.is_symlink() else _names(place)
        if place.is_symlink() or not place.is_dir() or len(inside) > min(MAX_IN_ONE, self._left):
            self._link(name)
            return
        _made(self.own / name)
        for each in inside:
            below = f"{name}/{each}"
            if is_deep and each not in _WRITTEN and each != _BUILT:
                self._open(below, is_deep=below in _OPENED)
            else:
                self._link(below)

    def _link(self, name: str) -> None:
        if self._left <= 0 or name.rpartition("/")[2] in _WRITTEN:
            return
        self._left -= 1
        with contextlib.suppress(OSError):
            (self.own / name).symlink_to(self.home / name)


def _mirror_files(real: Path, own: Path) -> None:
    """Make folders as they are and a link for every file, so that files can be added beside them."""
    left = MAX_CACHED
    for folder, _, files in os.walk(real):
        place = own / Path(folder).relative_to(real)
        _made(place)
        for name in files:
            if name in _WRITTEN:
                continue
            with contextlib.suppress(OSError):
                os.symlink(f"{folder}/{name}", f"{place}/{name}")  # noqa: PTH211 - twice as fast, for thousands
            left -= 1
        if left < 0:
            return


def _link_all(real: Path, own: Path) -> None:
    for name in _names(real)[:MAX_IN_ONE]:
        with contextlib.suppress(OSError):
            (own / name).symlink_to(real / name)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names only
    except OSError:
        return []


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
