"""One version of a dependency in front of the installed ones: a virtual environment in the scratch folder, for one run.

It sees everything the target's environment has, through a ``.pth`` file; only what is asked for is installed into it,
without what that would need in turn: one thing changes. Nothing of the target's environment is written to.
"""

import json
import os
import secrets
import shutil
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from coach.core.base.text import storable
from coach.engine.process.environment import clean_environment
from coach.engine.process.interpreter import said_by
from coach.engine.process.output import CappedOutput
from coach.engine.process.process_tree import RUN_ID
from coach.engine.process.run_context import RunContext
from coach.engine.process.spawn import Launch
from coach.engine.process.supervise import Limits, supervise
from coach.errors import ScratchError

_LIMITS = Limits(wall=300.0, silence=120.0)
_ASK_SECONDS = 20
_ASK = """\
import json, sys
from importlib import util
found = [each for each in sys.path if each.endswith(("site-packages", "dist-packages"))]
print(json.dumps({"sites": found, "pip": util.find_spec("pip") is not None}))
"""
_PIP = ("install", "--no-deps", "--ignore-installed", "--no-input", "--disable-pip-version-check", "--quiet")
_MAX_SAID = 4_000


@dataclass(frozen=True, slots=True)
class Overlay:
    """A python that sees the target's environment with some packages in front, and what was installed (``name version``)."""

    python: str
    installed: tuple[str, ...]


def with_packages(
    packages: tuple[str, ...], around: RunContext, cancel: threading.Event, folder: Path
) -> tuple[RunContext, str]:
    """Return what a run needs to see other versions of packages, and a note of what they are.

    Args:
        packages: what to install, as pip names it; empty: nothing changes.
        around: what runs of the session share.
        cancel: set by another thread to give up; the run that follows then ends at once.
        folder: a disposable folder for the environment.

    Raises:
        ScratchError: the environment could not be made, or a package not be installed in it.

    """
    if not packages:
        return around, ""
    made = _made(packages, around, cancel, folder / "overlay")
    if made is None:
        return around, ""
    interpreter = around.interpreter.model_copy(update={"path": made.python})
    return replace(
        around, interpreter=interpreter
    ), f"in front of what is installed: {', '.join(made.installed)}"


def _made(
    packages: tuple[str, ...], around: RunContext, cancel: threading.Event, place: Path
) -> Overlay | None:
    env = {**clean_environment(around.env), RUN_ID: secrets.token_hex(8), "PIP_USER": "0"}
    target = around.interpreter.path
    sites, has_pip = _told(target, env)
    steps = _Steps(env, around.root, cancel)
    if not steps.done(
        [target, "-m", "venv", "--without-pip", str(place)], "an environment for the trial could not be made"
    ):
        return None
    python = str(place / "bin" / "python")
    site = next(iter(sorted(place.glob("lib/python*/site-packages"))), None)
    if site is None:
        raise ScratchError("an environment for the trial could not be made", why="it has no site-packages")
    lines = [f"import site; site.addsitedir({each!a})\n" for each in sites]
    (site / "_coach_overlay.pth").write_text("".join(lines), "ascii")
    what = f"{' '.join(packages)} could not be installed"
    if not steps.done([*_installer(python, has_pip=has_pip), *packages], what):
        return None
    found = (
        each.name.removesuffix(".dist-info").rpartition("-") for each in sorted(site.glob("*.dist-info"))
    )
    return Overlay(python, tuple(storable(f"{name} {version}") for name, _, version in found))


@dataclass(frozen=True, slots=True)
class _Steps:
    """Programs run one after the other, supervised like a run."""

    env: Mapping[str, str]
    cwd: Path
    cancel: threading.Event

    def done(self, argv: list[str], what: str) -> bool:
        """Run one to its end; False when it was given up. Raises ScratchError with the end of what it said."""
        said = CappedOutput()
        try:
            ended = supervise(
                Launch(argv, self.cwd, self.env), _LIMITS, said.feed, self.cancel, lambda: False
            )
        except OSError as error:
            raise ScratchError(what, why=error.strerror or str(error)) from error
        if ended.stop == "cancelled":
            return False
        if ended.exit_code or ended.stop:
            raise ScratchError(what, why=_reason(said.text()[-_MAX_SAID:]) or ended.stop, do=_ADVICE)
        return True


_ADVICE = "look at the name and the version; without a network name a wheel file, or set PIP_FIND_LINKS to a folder of them"


def _reason(said: str) -> str:
    """Return the line in which pip says what went wrong."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    return storable((errors or lines or [""])[-1][:300])


def _installer(python: str, *, has_pip: bool) -> list[str]:
    """Return the words before the packages: the target's pip, else coach's, else uv."""
    if has_pip:
        return [python, "-B", "-m", "pip", *_PIP]
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--python", python, *_PIP]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", python, "--no-deps", "--quiet"]
    raise ScratchError("there is no pip to install with", do="install pip or uv")


def packages_of(python: str, env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the folders of installed packages that an interpreter sees. Raises ScratchError where it does not say."""
    return _told(python, env)[0]


def _told(python: str, env: Mapping[str, str]) -> tuple[tuple[str, ...], bool]:
    """Ask the target's python where its packages are, and whether pip is among them."""
    try:
        said = json.loads(said_by([python, "-c", _ASK], Path(os.sep), env, _ASK_SECONDS))
        return tuple(str(each) for each in said["sites"]), bool(said["pip"])
    except (ValueError, KeyError, TypeError):
        why = f"it did not start or did not answer within {_ASK_SECONDS} s"
        raise ScratchError(f"{python} did not say where its packages are", why=why) from None
