"""Projects nobody here wrote: fetched from their registries at run time, made a git repository, proven green, given a defect.

Nothing fetched is kept here. ``walks.toml`` names each project and its defect; this module knows how each registry's own
client gets one and what its tests need. All caches lie in the folder that is given.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

TABLE = Path(__file__).parent / "walks.toml"
SECONDS = 600
"""For each single step of fetching and preparing."""


@dataclass(frozen=True)
class Foreign:
    """One row of the table."""

    name: str
    fetch: str
    kind: str
    target: list[str]
    file: str
    old: str
    new: str
    version: str = ""
    package: str = ""
    folder: str = ""
    editable: bool = False
    """Whether the project is installed in its environment from its own folder, as people do who have a `src` folder."""
    needs: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    unneeded: list[str] = field(default_factory=list)
    """Patterns of what is cut from Cargo.toml: optional crates that no test uses and that nobody can fetch here."""

    @property
    def is_python(self) -> bool:
        return self.fetch == "pip"


def foreign(only: str = "") -> list[Foreign]:
    rows = tomllib.loads(TABLE.read_text())["project"]
    return [each for each in (Foreign(**row) for row in rows) if not only or only in each.name]


def surroundings(caches: Path) -> dict[str, str]:
    """Return the environment in which a project is prepared and coach is run: every cache lies in one folder."""
    of_us = ("PYTEST_", "GIT_", "COACH_", "NODE_TEST")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(of_us)}
    for name in ("PYTHONPATH", "TERM"):  # the terminal that is driven says its own
        kept.pop(name, None)
    return kept | {
        "PIP_CACHE_DIR": str(caches / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "npm_config_cache": str(caches / "npm"),
        "GOCACHE": str(caches / "go-build"),
        "GOPATH": str(caches / "go"),
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "CARGO_HOME": str(caches / "cargo"),
    }


class Preparing:
    """Fetches one project into ``home`` and gives it its defect. Raises RuntimeError with what a step said."""

    def __init__(self, project: Foreign, home: Path, fetched: Path, caches: Path) -> None:
        self.project, self.fetched = project, fetched
        self.root = home / project.name
        self.env = surroundings(caches)
        self._apt = caches / "apt"
        self._right = ""

    def prepare(self) -> Path:
        """Return the project's folder: its newest commit brought the defect."""
        self.root.mkdir(parents=True)
        getattr(self, "_from_" + self.project.fetch.replace("-", "_"))()
        ignored = [".venv/", "node_modules/", "__pycache__/", ".pytest_cache/", "*.egg-info/"]
        with (self.root / ".gitignore").open("a") as file:
            file.write("\n".join(["", *ignored, *self.project.ignored, ""]))
        self._git("init", "-q", "-b", "main")
        self._commit("Import")
        for word in ("Say who looks after this", "Say where to ask"):
            with (self.root / "MAINTENANCE.md").open("a") as file:
                file.write(f"{word}.\n")
            self._commit(word)
        self._expect(green=True)
        self._plant()
        self._commit("Make it simpler")
        self._expect(green=False)
        return self.root

    def edit(self) -> None:
        """Make the right edit, as the engineer would."""
        (self.root / self.project.file).write_text(self._right)

    def _plant(self) -> None:
        file = self.root / self.project.file
        self._right = file.read_text()
        assert self._right.count(self.project.old) == 1, f"not one place in {file}"
        file.write_text(self._right.replace(self.project.old, self.project.new))

    def command(self) -> list[str]:
        if self.project.is_python:
            return [str(self.root / ".venv/bin/python"), "-m", "pytest", "-q", *self.project.target]
        return self.project.target[1:]

    def _expect(self, *, green: bool) -> None:
        done = self._run(self.command(), may_fail=True)
        if (done.returncode == 0) is not green:
            raise RuntimeError(
                f"{self.project.name} should be {'green' if green else 'red'}:\n{done.stdout[-2000:]}"
            )

    def _run(
        self, argv: list[str], *, may_fail: bool = False, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            argv,
            cwd=cwd or self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        if done.returncode and not may_fail:
            raise RuntimeError(f"{' '.join(argv)}:\n{done.stdout[-2000:]}")
        return done

    def _git(self, *words: str) -> None:
        self._run(["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *words])

    def _commit(self, message: str) -> None:
        self._git("add", "-A")
        self._git("commit", "-q", "-m", message)

    def _once(self, pattern: str, argv: list[str]) -> Path:
        """Return the fetched file, fetching it only when it is not there yet."""
        if not list(self.fetched.glob(pattern)):
            self._run(argv, cwd=self.fetched)
        return next(iter(sorted(self.fetched.glob(pattern))))

    def _unpack(self, archive: Path) -> None:
        """Lay out the one folder of an archive as the project."""
        with tarfile.open(archive) as file:
            file.extractall(self.root, filter="data")
        inner = [each for each in self.root.iterdir() if each.is_dir()]
        assert len(inner) == 1, inner
        self._lay(inner[0])

    def _lay(self, folder: Path) -> None:
        """Make ``folder``, which lies somewhere below, the project itself."""
        aside = self.root.with_name(self.root.name + ".laid")
        folder.rename(aside)
        shutil.rmtree(self.root)
        aside.rename(self.root)

    def _from_pip(self) -> None:
        name, version = self.project.name, self.project.version
        get = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            name,
            f"{name}=={version}",
        ]
        self._unpack(self._once(f"{name}-{version}.tar.gz", get))
        self._run([sys.executable, "-m", "venv", ".venv"])
        install = [".venv/bin/python", "-m", "pip", "install", "-q"]
        self._run([*install, *self.project.needs])
        if self.project.editable:
            self._run(["env", f"SETUPTOOLS_SCM_PRETEND_VERSION={version}", *install, "--no-deps", "-e", "."])

    def _from_npm(self) -> None:
        name, version = self.project.name, self.project.version
        self._unpack(self._once(f"{name}-{version}.tgz", ["npm", "pack", "-s", f"{name}@{version}"]))
        about = self.root / "package.json"
        package = json.loads(about.read_text())
        package.pop("devDependencies", None)  # linters and browsers: only what the tests need is installed
        about.write_text(json.dumps(package, indent=2) + "\n")
        quiet = ["--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "-s"]
        self._run(["npm", "install", *quiet, *self.project.needs])

    def _from_debian(self) -> None:
        package = self._once(
            f"{self.project.package}_*.deb", ["apt-get", "download", "-q", self.project.package]
        )
        self._run(["dpkg-deb", "-x", str(package), "."])
        self._lay(next(iter(self.root.glob(self.project.folder))))
        for pattern in self.project.unneeded:
            manifest = self.root / "Cargo.toml"
            manifest.write_text(re.sub(pattern, "", manifest.read_text()))

    def _from_debian_source(self) -> None:
        name = self.project.package
        options = self._source_options() if not list(self.fetched.glob(f"{name}_*.orig.tar.*")) else []
        get = ["apt-get", *options, "source", "-q", "--download-only", name]
        self._unpack(self._once(f"{name}_*.orig.tar.*", get))

    def _source_options(self) -> list[str]:
        """Let apt know where sources are, in a folder of ours: the machine's own lists stay as they are."""
        for part in ("parts", "lists/partial", "archives/partial"):
            (self._apt / part).mkdir(parents=True, exist_ok=True)
        for known in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
            text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", known.read_text())
            (self._apt / "parts" / known.name).write_text(text)
        options = {
            "Dir::Etc::sourceparts": self._apt / "parts",
            "Dir::State::lists": self._apt / "lists",
            "Dir::Cache": self._apt,
            "APT::Sandbox::User": "root",
        }
        words = [word for name, at in options.items() for word in ("-o", f"{name}={at}")]
        self._run(["apt-get", *words, "-q", "update"], cwd=self._apt)
        return words
