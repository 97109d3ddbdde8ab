"""Saves are told within milliseconds, once each, whatever the editor does; what is no change is not told."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import watchfiles

from coach.core.protocol.observations import FilesSaved, WatchSeen
from coach.engine.watch import notifications
from coach.engine.watch import watcher as watch
from coach.engine.watch.own_files import WatchedFiles
from coach.engine.watch.saves import SaveNotices
from coach.engine.watch.watched_paths import folders_to_watch, is_source
from coach.engine.watch.watcher import Watcher

DEADLINE = 10.0


class Seen:
    """What a watcher told; tests wait for conditions on it."""

    def __init__(self) -> None:
        self.saves: list[tuple[str, ...]] = []
        self.notes: list[tuple[bool, str]] = []

    def saved(self, paths: tuple[str, ...]) -> None:
        self.saves.append(paths)

    def noted(self, watching: bool, note: str) -> None:
        self.notes.append((watching, note))

    @property
    def paths(self) -> list[str]:
        return [path for paths in self.saves for path in paths]

    def wait(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, f"told {self.saves}, noted {self.notes}"
            time.sleep(0.005)

    def wait_for(self, *paths: str) -> None:
        self.wait(lambda: set(paths) <= set(self.paths))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    for name in ("src/cart.py", "tests/test_cart.py", "tests/case.json", "conftest.py", "src/last.py"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("one\n")
        os.utime(place / name, (1_000_000_000, 1_000_000_000))
    return place


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def watched(root: Path, tmp_path: Path, seen: Seen) -> Iterator[Path]:
    """A project under watch."""
    watcher = Watcher(root, tmp_path / "state")
    watcher.start(seen.saved, seen.noted)
    seen.wait(lambda: seen.notes == [(True, "")])
    yield root
    watcher.stop()


def last_save(root: Path, seen: Seen) -> list[str]:
    """Save one more file and wait until it is told: what was before it has been told by then."""
    (root / "src/last.py").write_text(f"{time.monotonic_ns()}\n")
    seen.wait_for("src/last.py")
    return [path for path in seen.paths if path != "src/last.py"]


def in_place(file: Path) -> None:
    file.write_text("two\n")


def by_renaming(file: Path) -> None:
    new = file.with_name(f".{file.name}.tmp~")
    new.write_text("two\n")
    new.replace(file)


def like_vim(file: Path) -> None:
    (file.parent / "4913").touch()
    (file.parent / "4913").unlink()
    backup = file.with_name(f"{file.name}~")
    file.rename(backup)
    file.write_text("two\n")
    backup.unlink()


@pytest.mark.parametrize("save", [in_place, by_renaming, like_vim])
@pytest.mark.parametrize("name", ["src/cart.py", "tests/case.json", "conftest.py"])
def test_ways_of_saving(watched: Path, seen: Seen, save: Callable[[Path], None], name: str) -> None:
    """Every editor's way of saving is one changed file, and no other name is told."""
    save(watched / name)
    seen.wait_for(name)
    assert set(last_save(watched, seen)) == {name}


def test_slow_dance_is_no_deletion(watched: Path, seen: Seen) -> None:
    """A file that is away for a moment and comes back unchanged was not saved."""
    file = watched / "src/cart.py"
    file.rename(file.with_name("cart.py~"))
    file.with_name("cart.py~").rename(file)
    assert last_save(watched, seen) == []


def test_emptied_file(watched: Path, seen: Seen) -> None:
    """A file that becomes empty and stays so is a change, told once."""
    (watched / "src/cart.py").write_text("")
    seen.wait_for("src/cart.py")
    os.utime(watched / "src/cart.py")
    assert last_save(watched, seen) == ["src/cart.py"]


def test_what_is_no_change(watched: Path, seen: Seen) -> None:
    """Touching, saving the same again, caches, editors' own files, environments and outputs are not told."""
    (watched / "src/cart.py").write_text("one\n")
    os.utime(watched / "src/cart.py")
    (watched / "src/cart.py").chmod(0o600)
    for name in ("src/__pycache__/cart.cpython-311.pyc", ".git/index", ".pytest_cache/v/lastfailed.json",
                 "src/.cart.py.swp", "src/.#cart.py", "src/#cart.py#", "src/cart.py~", ".venv/lib.py", "notes.bin",
                 "src/x.egg-info/SOURCES.txt", "tests/__pycache__/x.py", "out.log"):  # fmt: skip
        (watched / name).parent.mkdir(parents=True, exist_ok=True)
        (watched / name).write_text("two\n")
    assert last_save(watched, seen) == []


def test_new_moved_and_deleted(watched: Path, seen: Seen) -> None:
    """New files and folders, moves and deletions are changes of the files they are about."""
    (watched / "src/new.py").write_text("new\n")
    seen.wait_for("src/new.py")
    (watched / "src/cart.py").rename(watched / "src/moved.py")
    seen.wait_for("src/moved.py", "src/cart.py")
    (watched / "outside").mkdir()
    (watched / "outside/inner.py").write_text("inner\n")
    (watched / "outside").rename(watched / "src/inside")
    seen.wait_for("src/inside/inner.py")
    shutil.rmtree(watched / "src/inside")
    seen.wait(lambda: seen.paths.count("src/inside/inner.py") == 2)


def test_new_source_folder(watched: Path, seen: Seen) -> None:
    """A folder that gets its first Python file is watched from then on."""
    (watched / "package").mkdir()
    (watched / "package/a.py").write_text("a\n")
    seen.wait_for("package/a.py")
    (watched / "package/b.py").write_text("b\n")
    seen.wait_for("package/b.py")


def test_save_is_told_soon(watched: Path, seen: Seen) -> None:
    """From save to word is far below what a person notices (typically 15 ms; the limit allows a busy machine)."""
    start = time.monotonic()
    (watched / "src/cart.py").write_text("two\n")
    seen.wait_for("src/cart.py")
    assert time.monotonic() - start < 1.0


def test_save_before_its_thread_looks_is_told(
    root: Path, tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine the thread begins long after the one who asked has gone on, and has saved."""

    class Late(WatchedFiles):
        def look(self) -> None:
            if not saved:
                saved.append("src/cart.py")
                (root / "src/cart.py").write_text("two\n")
                time.sleep(3 * watch._CLOCK_GRAIN)
            super().look()

    saved: list[str] = []
    monkeypatch.setattr(watch, "WatchedFiles", Late)
    watcher = Watcher(root, home=tmp_path)
    watcher.start(seen.saved, seen.noted)
    try:
        seen.wait_for("src/cart.py")
    finally:
        watcher.stop()


def test_recreated_root(watched: Path, seen: Seen) -> None:
    """A root that goes away is said; when it is back it is watched, and what is new in it is told."""
    shutil.copytree(watched, watched.with_name("copy"))
    shutil.rmtree(watched)
    seen.wait(lambda: any(not watching and "is gone" in note for watching, note in seen.notes))
    (watched.with_name("copy") / "src/cart.py").write_text("two\n")
    watched.with_name("copy").rename(watched)
    seen.wait(lambda: seen.notes[-1] == (True, ""))
    seen.wait_for("src/cart.py")
    (watched / "tests/test_cart.py").write_text("two\n")
    seen.wait_for("tests/test_cart.py")


def test_exchanged_root(watched: Path, seen: Seen) -> None:
    """A root in whose place another folder is put at once: what is saved in the new one is told, of the old one nothing."""
    copy, old = watched.with_name("copy"), watched.with_name("old")
    shutil.copytree(watched, copy)
    watched.rename(old)
    copy.rename(watched)
    end = time.monotonic() + 30
    while "src/cart.py" not in seen.paths and time.monotonic() < end:
        (watched / "src/cart.py").write_text(f"{time.monotonic()}\n")
        time.sleep(0.05)
    seen.wait_for("src/cart.py")
    told = seen.paths.count("tests/test_cart.py")
    (old / "tests/test_cart.py").write_text("two\n")
    (watched / "src/other.py").write_text("new\n")
    seen.wait_for("src/other.py")
    assert seen.paths.count("tests/test_cart.py") == told


def test_swapped_folder(watched: Path, seen: Seen) -> None:
    """A source folder that is deleted and made anew at once is still watched."""
    for number in range(3):
        shutil.rmtree(watched / "src")
        (watched / "src").mkdir()
        (watched / "src/cart.py").write_text(f"round {number}\n")
        seen.wait(lambda number=number: seen.paths.count("src/cart.py") >= number + 1)


def test_name_that_is_not_utf8(watched: Path, seen: Seen) -> None:
    """Such a name ends the system's notifications; files are looked at instead, with a word."""
    Path(os.fsdecode(os.fsencode(watched) + b"/src/\xff.py")).write_text("x\n")
    seen.wait(lambda: any(watching and "not UTF-8" in note for watching, note in seen.notes))
    (watched / "src/cart.py").write_text("two\n")
    seen.wait_for("src/cart.py")
    (watched / "src/cart.py").unlink()
    seen.wait(lambda: seen.paths.count("src/cart.py") == 2)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "OS file watch limit reached."), "no more file watches"),
        (RuntimeError("something else"), "do not work here"),
        (BaseExceptionGroup("", [RuntimeError("Unable to decode path")]), "not UTF-8"),
    ],
)
def test_notifications_that_fail(
    root: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str
) -> None:
    """Whatever stops the notifications, saves are still told, with a word about it."""

    def broken(*_: object, **__: object) -> Iterator[object]:
        raise error

    monkeypatch.setattr(watchfiles, "watch", broken)
    watcher = Watcher(root)
    watcher.start(seen.saved, seen.noted)
    seen.wait(lambda: seen.notes and words in seen.notes[0][1])
    (root / "src/cart.py").write_text("two\n")
    seen.wait_for("src/cart.py")
    watcher.stop()
    assert seen.notes[0][0]
    assert seen.paths == ["src/cart.py"]


def test_silent_file_system(root: Path, tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that sends nothing is found out by a file of our own, outside the project."""

    def silent(*_: object, stop_event: object, **__: object) -> Iterator[set[object]]:
        while not stop_event.wait(0.05):
            yield set()

    monkeypatch.setattr(watchfiles, "watch", silent)
    monkeypatch.setattr(notifications, "_CANARY_SECONDS", 0.2)
    before = sorted(root.rglob("*"))
    watcher = Watcher(root, tmp_path / "state")
    watcher.start(seen.saved, seen.noted)
    seen.wait(lambda: seen.notes and "tells of no changes" in seen.notes[0][1])
    (root / "src/cart.py").write_text("two\n")
    seen.wait_for("src/cart.py")
    watcher.stop()
    assert sorted(root.rglob("*")) == before


def test_stop_and_start(root: Path, seen: Seen) -> None:
    """After a stop nothing is told; the same watcher can start again."""
    watcher = Watcher(root)
    watcher.start(seen.saved, seen.noted)
    seen.wait(lambda: seen.notes == [(True, "")])
    watcher.stop()
    (root / "src/cart.py").write_text("two\n")
    again = Seen()
    watcher.start(again.saved, again.noted)
    again.wait(lambda: again.notes == [(True, "")])
    (root / "tests/test_cart.py").write_text("two\n")
    again.wait_for("tests/test_cart.py")
    watcher.stop()
    assert seen.saves == []


def test_folders_that_matter(root: Path) -> None:
    """Sources and configured test paths are watched, environments and data are not."""
    for name in ("venv/lib/x.py", "myenv/lib/x.py", "node_modules/x.py", "data/a.csv", "package/sub/a.py",
                 ".hidden/a.py", "checks/deep/unit/a.txt"):  # fmt: skip
        (root / name).parent.mkdir(parents=True)
        (root / name).touch()
    (root / "myenv/pyvenv.cfg").touch()
    (root / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\ntestpaths = ["checks/*", "tests", "../away"]\n'
    )
    found = [each.relative_to(root).as_posix() for each in folders_to_watch(root)]
    assert found == ["checks/deep", "package", "src", "tests"]
    (root / "pyproject.toml").write_text("not [ toml")
    (root / "setup.cfg").write_text("[tool:pytest]\ntestpaths = data\n")
    assert root / "data" in folders_to_watch(root)
    assert folders_to_watch(root, ["data"]) == (root / "data",)


@pytest.mark.parametrize(
    "pattern", ["checks**", "**checks", "checks/**", "chec[k", "check[z-a]", "*\0", "**/../checks*", ""]
)
def test_whatever_pattern_names_the_tests_there_are_folders_to_watch(tmp_path, pattern):
    """As pytest reads them: two stars beside other letters are one."""
    (tmp_path / "checks/deep").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "setup.cfg").write_text(f"[tool:pytest]\ntestpaths = {pattern}\n")
    found = folders_to_watch(tmp_path)
    assert tmp_path / "tests" in found
    assert (tmp_path / "checks" in found) == (
        pattern in {"checks**", "**checks", "checks/**", "**/../checks*"}
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.py", True),
        ("pyproject.toml", True),
        ("notes.toml", False),
        ("src/a.py", True),
        ("src/data.yml", True),
        ("src/a.pyc", False),
        ("src/a.py.tmp", False),
        ("src/.a.py", False),
        (".tox/a.py", False),
        ("src/build/a.py", False),
    ],
)
def test_what_is_a_source(name: str, expected: bool) -> None:
    """A file counts by its name and its folders."""
    assert is_source(name) is expected


def git(root: Path, *words: str) -> None:
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(
        ["git", *who, *words], cwd=root, env={**os.environ, **own}, check=True, capture_output=True
    )


TRACKED = (
    "web/app.js", "cmd/tool/main.go", "crates/tax/src/lib.rs", "Cargo.toml", "Makefile", "db/schema.sql", "build/rules.mk",
    "templates/mail/body.txt.j2", ".github/workflows/ci.yml", "data/prices", "notes.md", "package/__pycache__/kept.txt",
)  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project in several languages, with what their tools leave behind ignored."""
    place = tmp_path / "shop"
    for name in (*TRACKED, "src/cart.py"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("one\n")
    (place / ".gitignore").write_text("target/\nnode_modules/\n*.gen.js\n/out/\n!/build/\n")
    git(place, "init", "-q", "-b", "main", ".")
    git(place, "add", "-f", "-A")
    git(place, "commit", "-qm", "one")
    for name in ("target/debug/a.rs", "web/node_modules/x/index.js", "out/report.json", "venv/lib/a.py"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("one\n")
    (place / "venv/pyvenv.cfg").touch()
    for path in place.rglob("*"):
        if path.is_file() and ".git" not in path.relative_to(place).parts:
            os.utime(path, (1_000_000_000, 1_000_000_000))
    return place


@pytest.fixture
def heard(repository: Path, tmp_path: Path, seen: Seen) -> Iterator[Path]:
    """The repository under watch."""
    watcher = Watcher(repository, tmp_path / "state")
    watcher.start(seen.saved, seen.noted)
    seen.wait(lambda: seen.notes == [(True, "")])
    yield repository
    watcher.stop()


def last_heard(root: Path, seen: Seen) -> set[str]:
    (root / "src/cart.py").write_text(f"{time.monotonic_ns()}\n")
    seen.wait_for("src/cart.py")
    return set(seen.paths) - {"src/cart.py"}


def test_every_file_that_git_tracks_is_heard(heard: Path, seen: Seen) -> None:
    """Whatever its suffix, at any depth, hidden or in a folder of a name that is mostly an output's."""
    for name in TRACKED:
        (heard / name).write_text("two\n")
    seen.wait_for(*TRACKED)
    assert last_heard(heard, seen) == set(TRACKED)


def test_new_files_are_heard_and_what_git_ignores_is_not(heard: Path, seen: Seen) -> None:
    """A new file of any kind, in new folders too; no outputs, packages, editors' own files."""
    quiet = (
        "target/debug/a.rs", "web/node_modules/x/index.js", "web/bundle.gen.js", "out/report.json", "venv/lib/a.py",
        "web/.app.js.swp", "web/app.js~", "web/app.js.a1b2c3d4", "web/#app.js#", "web/4913", "web/run.log", "src/cart.pyc",
    )  # fmt: skip
    for name in quiet:
        (heard / name).write_text("two\n")
    (heard / "web/new.tsx").write_text("new\n")
    (heard / "deep/er/still").mkdir(parents=True)
    (heard / "deep/er/still/query.sql").write_text("new\n")
    (heard / "empty").mkdir()
    seen.wait_for("web/new.tsx", "deep/er/still/query.sql")
    (heard / "deep/er/still/query.sql").write_text("newer\n")
    seen.wait(lambda: seen.paths.count("deep/er/still/query.sql") == 2)
    assert last_heard(heard, seen) == {"web/new.tsx", "deep/er/still/query.sql"}


def test_a_folder_that_was_empty_is_heard_when_a_file_comes(
    repository: Path, tmp_path: Path, seen: Seen
) -> None:
    """git knows nothing of an empty folder; what is made there is a save all the same."""
    (repository / "plans/later").mkdir(parents=True)
    watcher = Watcher(repository, tmp_path / "state")
    watcher.start(seen.saved, seen.noted)
    seen.wait(lambda: seen.notes == [(True, "")])
    (repository / "plans/later/tax.go").write_text("new\n")
    seen.wait_for("plans/later/tax.go")
    watcher.stop()


def test_another_branch_is_told_as_what_it_changed(heard: Path, seen: Seen) -> None:
    """The files that a switch rewrote, new and gone ones too; going on there new files are heard."""
    git(heard, "switch", "-qc", "other")
    (heard / "lib").mkdir()
    (heard / "lib/tax.rb").write_text("new\n")
    seen.wait_for("lib/tax.rb")
    git(heard, "add", "-A")
    git(heard, "rm", "-q", "notes.md")
    git(heard, "commit", "-qm", "two")
    seen.wait_for("notes.md")
    git(heard, "switch", "-q", "main")
    seen.wait(lambda: seen.paths.count("lib/tax.rb") == 2 and seen.paths.count("notes.md") == 2)
    assert set(seen.paths) == {"lib/tax.rb", "notes.md"}


def test_many_files_cost_a_watch_a_folder(tmp_path: Path) -> None:
    """Twenty thousand tracked files in a hundred folders: a hundred and two places are listened to."""
    for folder in range(100):
        (tmp_path / f"data/{folder}").mkdir(parents=True)
        for number in range(200):
            (tmp_path / f"data/{folder}/{number}.csv").touch()
    git(tmp_path, "init", "-q", ".")
    git(tmp_path, "add", "-A")
    files = WatchedFiles(tmp_path)
    files.look()
    assert len(files.names) == 20_000
    assert len(files.folders) == 102


def test_what_runs_write_themselves_is_no_edit() -> None:
    """A table that each run writes is told twice, then not; saved while nothing runs it is an edit again."""
    told: list[object] = []
    now = [0.0]
    saves = SaveNotices(None, told.append, clock=lambda: now[0])
    for number in range(1, 8):
        saves.run_began(number)
        saves._saw_saves(("prices.json", "tax.go") if number < 5 else ("prices.json",))
        saves.run_ended(is_whole=number % 3 > 0)
        now[0] += 0.5
        saves._saw_saves(("prices.json",))
        now[0] += 1.0
    paths = [each.paths for each in told if isinstance(each, FilesSaved)]
    assert paths[:4] == [("prices.json", "tax.go"), ("prices.json",)] * 2
    assert paths[4:] == [("tax.go",)] * 2
    notes = [each.note for each in told if isinstance(each, WatchSeen)]
    assert notes == ["prices.json is written by the runs themselves: that is no edit"]
    now[0] += 10
    saves._saw_saves(("prices.json",))
    assert told[-1] == FilesSaved(paths=("prices.json",))


def test_who_saves_during_every_measurement_is_heard_each_time() -> None:
    """A save ends the run it falls into; the run that it begins comes to its end and writes no such file."""
    told: list[object] = []
    saves = SaveNotices(None, told.append, clock=lambda: 0.0)
    for number in range(1, 40, 2):
        saves.run_began(number)
        saves._saw_saves(("tax.py",))
        saves.run_ended(is_whole=False)
        saves.run_began(number + 1)
        saves.run_ended(is_whole=True)
    assert told == [FilesSaved(paths=("tax.py",))] * 20
