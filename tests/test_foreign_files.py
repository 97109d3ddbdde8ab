"""Files that a project, a run or a command line names: what is no regular file of a sensible size ends in a sentence."""

import ast
import contextlib
import io
import os
import signal
import socket
import subprocess
import zipfile
from pathlib import Path

import pytest

from coach import regular_files
from coach.cli import main
from coach.engine.runners.junit_files import read_reports
from coach.engine.source.excerpts import read_module
from coach.errors import CoachError
from coach.regular_files import Unreadable, bounded_lines, opened, read_bytes, read_head, read_text
from coach.session.export_io import dotenv_secrets
from coach.settings.project import load_settings
from coach.settings.pytest_cache import last_failed
from coach.settings.template import load_template
from coach.settings.workflow_files import read_workflow
from coach.store.archive import unpack

PACKAGE = Path(__file__).parent.parent / "coach"
SECONDS = 30.0


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def endless_text(path: Path) -> None:
    path.symlink_to("/dev/urandom")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(path.parent)  # names of sockets are short
        try:
            one.bind(path.name)
        finally:
            os.chdir(here)


def folder(path: Path) -> None:
    path.mkdir()


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def of_the_system(path: Path) -> None:
    path.symlink_to("/proc/self/environ")


def endless_of_the_system(path: Path) -> None:
    path.symlink_to("/proc/kcore" if Path("/proc/kcore").exists() else "/proc/self/mem")


def gigabytes(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(40_000_000_000)


NO_FILES = [
    pipe, endless, endless_text, listening, folder, circle, of_the_system, endless_of_the_system, gigabytes,
]  # fmt: skip


def within(call, *args):
    """Call, and return what it returned or raised; one that hangs is ended and fails."""

    def give_up(*_):
        raise KeyboardInterrupt("it hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return call(*args)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - what it is, the test looks at
        return error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("make", NO_FILES)
def test_what_is_no_ordinary_file_is_refused_with_a_reason(tmp_path, make):
    place = tmp_path / "named"
    make(place)
    for call in (lambda: read_bytes(place, 1_000), lambda: read_text(place, 1_000, errors="replace")):
        error = within(call)
        assert isinstance(error, OSError)
        assert regular_files.reason(error)
        assert "Errno" not in regular_files.reason(error)
    head = within(read_head, place, 1_000)
    assert isinstance(head, OSError) or (make is gigabytes and len(head) == 1_000)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5_000, "y/" * 3_000, "", "none/such"])
def test_a_name_that_no_file_has_is_an_os_error(tmp_path, name):
    place = f"{tmp_path}/{name}"
    with pytest.raises(OSError):
        read_bytes(place, 10)
    assert not regular_files.is_file(place)
    assert regular_files.is_folder(place) == (name == "")
    regular_files.real_path(place)


def test_a_pipe_is_not_opened_at_all_so_its_writer_goes_on_waiting(tmp_path):
    place = tmp_path / "pipe"
    os.mkfifo(place)
    writer = subprocess.Popen(["sh", "-c", f"echo x > {place}"])
    try:
        with pytest.raises(Unreadable):
            read_bytes(place, 10)
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()


def test_a_file_that_becomes_a_pipe_after_the_look_does_not_hold_us(tmp_path, monkeypatch):
    place, pipe_ = tmp_path / "file", tmp_path / "pipe"
    place.write_text("x")
    os.mkfifo(pipe_)
    seen, real = place.stat(), os.stat
    monkeypatch.setattr(os, "stat", lambda path, **words: seen if path == pipe_ else real(path, **words))
    assert isinstance(within(read_bytes, pipe_, 10), Unreadable)


def test_what_grows_while_it_is_read_is_read_to_its_limit(tmp_path):
    place = tmp_path / "grows"
    place.write_bytes(b"x" * 10)
    with opened(place, 10) as file:
        with place.open("ab") as more:
            more.write(b"y" * 100)
        assert len(regular_files._read(file, 11, place)) == 11


def test_long_lines_are_cut_and_counted_whole():
    content = b"ab\n" + b"x" * 10 + b"\n\n" + b"y" * 8 + b"\n" + b"z" * 9
    found = list(bounded_lines(io.BytesIO(content), 4))
    assert [line for line, _ in found] == [b"ab\n", b"xxxx\n", b"\n", b"yyyy\n", b"zzzz"]
    assert [length for _, length in found] == [3, 11, 1, 9, 9]
    assert sum(length for _, length in found) == len(content)


READERS = {
    "settings": ("pyproject.toml", lambda path: load_settings(path.parent), CoachError),
    "workflow": ("w.toml", read_workflow, CoachError),
    "report": ("j.xml", read_reports, CoachError),
    "template": ("t.j2", load_template, CoachError),
    "archive": ("a.coach", lambda path: unpack(path, path.name), CoachError),
    "secrets": (".env.x", lambda path: dotenv_secrets(path.parent), ()),
    "source": ("m.py", lambda path: read_module(path.parent, path.name), None),
}


@pytest.mark.parametrize("make", NO_FILES)
@pytest.mark.parametrize("kind", READERS)
def test_no_reader_is_held_by_what_a_name_leads_to(tmp_path, monkeypatch, kind, make):
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    name, read, wanted = READERS[kind]
    place = tmp_path / name
    make(place)
    found = within(read, place)
    if wanted is CoachError and not (kind == "report" and make is folder):
        assert isinstance(found, CoachError), found
        assert str(found)
    elif wanted is not CoachError:
        assert found == wanted or isinstance(found, tuple)


def test_failures_of_before_are_no_pipe(tmp_path):
    place = tmp_path / ".pytest_cache/v/cache/lastfailed"
    place.parent.mkdir(parents=True)
    os.mkfifo(place)
    assert within(last_failed, tmp_path) == ()
    place.unlink()
    place.write_text('{"%s::test_x": true, "a\\u0000b": 1}' % ("x" * 6_000))
    assert last_failed(tmp_path) == ()


@pytest.mark.parametrize("make", NO_FILES)
@pytest.mark.parametrize(
    "words",
    [
        ["spec", "--issue"],
        ["try"],
        ["run", "--new", "--from-junit"],
        ["sessions", "import"],
        ["workflows", "check"],
        ["loops", "replay"],
        ["export", "--template"],
    ],
    ids=" ".join,
)
def test_a_command_that_is_given_no_file_says_why(tmp_path, session, capsys, monkeypatch, words, make):
    place = tmp_path / "given"
    make(place)
    if make is gigabytes and words == ["spec", "--issue"]:
        pytest.skip("of a report the beginning is read")
    code = within(main, [*words, str(place)])
    said = capsys.readouterr().err
    assert code not in {0, None}
    assert not isinstance(code, BaseException), code
    assert "Traceback" not in said
    assert len(said.strip().splitlines()[-1]) < 1_000


@pytest.fixture(scope="module")
def opened_session(tmp_path_factory):
    """One session with a red run, in a project of its own."""
    base = tmp_path_factory.mktemp("session")
    project = base / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("[tool.coach]\nwarm = false\n")
    (project / "test_m.py").write_text("def test_f():\n    assert 0\n")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setenv("COACH_STATE_DIR", str(base / "state"))
        patch.chdir(project)
        assert main(["run", "test_m.py"]) == 1
    return base


@pytest.fixture
def session(opened_session, monkeypatch):
    monkeypatch.setenv("COACH_STATE_DIR", str(opened_session / "state"))
    monkeypatch.chdir(opened_session / "project")
    return opened_session / "project"


@pytest.mark.parametrize("make", [pipe, endless, gigabytes])
def test_files_of_secrets_that_are_none_hold_no_command(session, capsys, make):
    place = session / ".env.local"
    make(place)
    try:
        for words in (
            ["status"],
            ["export"],
            ["report", "-o", f"{make.__name__}.html"],
            ["sessions", "export", "-o", f"{make.__name__}.coach"],
        ):
            assert within(main, words) == 0
    finally:
        place.unlink()


def test_an_archive_with_an_endless_table_of_contents_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    place = tmp_path / "a.coach"
    with zipfile.ZipFile(place, "w") as archive:
        for number in range(2):
            archive.writestr(f"outputs/{number:0>64}", b"x")
    content = bytearray(place.read_bytes())
    at = content.rfind(b"PK\5\6")
    content[at + 12 : at + 16] = (1 << 31).to_bytes(4, "little")
    place.write_bytes(content)
    with pytest.raises(CoachError, match="more than"):
        unpack(place, "a")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_of_another_packing_is_refused(tmp_path, monkeypatch, method):
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    with zipfile.ZipFile(tmp_path / "a.coach", "w", method) as archive:
        archive.writestr("session.json", "{}")
        archive.writestr("log.jsonl", "{}\n")
    with pytest.raises(CoachError, match="unusual"):
        unpack(tmp_path / "a.coach", "a")


OWN = {
    "coach/regular_files.py": "it is the place",
    "coach/private_folders.py": "writes new files",
    "coach/session/diagnostics.py": "writes a file of its own",
    "coach/demo/project.py": "files of the package",
    "coach/demo/story.py": "files of the demo it just wrote",
    "coach/cli/__init__.py": "the null device for streams that are closed",
    "coach/cli/commands/console.py": "the null device for a reader that left",
    "coach/tui/actions/export.py": "writes a new file",
    "coach/engine/process/barrier.py": "a lock in the disposable folder of a run",
    "coach/engine/process/spawn.py": "the null device, and a pseudo file of a run's own input",
    "coach/engine/process/scratch.py": "locks of coach's own folders",
    "coach/engine/drill/player_watch.py": "the table of processes of the system",
    "coach/engine/drill/open_files.py": "the tables of processes and connections of the system",
    "coach/engine/process/process_tree.py": "the table of processes of the system",
    "coach/engine/process/other_runs.py": "the table of processes of the system",
    "coach/engine/confine/syscall_watch.py": "writes what was refused into a file of its own",
    "coach/engine/confine/stopped_call.py": "the memory and descriptors of a process that the kernel holds for us",
    "coach/engine/watch/notifications.py": "watches folders",
    "coach/engine/trees/private_repository.py": "coach's own repository and its lock",
    "coach/engine/process/probe_install.py": "files of the package",
    "coach/engine/warm/server.py": "makes the file that the server writes to",
    "coach/store/lock.py": "locks of coach's own folders",
    "coach/store/log.py": "opens the log for writing, after a look",
    "coach/store/artefacts.py": "writes a new file",
    "coach/store/kept_copies.py": "writes a new file",
    "coach/engine/restore/apply.py": "writes files",
    "coach/engine/restore/restores.py": "a lock and a note of coach's own",
    "coach/engine/restore/path_state.py": "looks into files of the checkout from an open folder, follows no link and never waits",
    "coach/store/trust.py": "writes a new file",
    "coach/store/index.py": "writes a new file",
    "coach/store/archive.py": "writes new files, and members of an archive that was opened by the place",
    "coach/session/shared/messages.py": "opens a folder",
    "coach/assistants/hosts.py": "files of the package",
    "coach/assistants/install.py": "writes new files",
    "coach/cli/commands/hook_session.py": "a lock of its own",
}
"""Files of the package that open without the place, and why that is no foreign file, or no reading."""
_MODULES = {"tokenize", "os", "io", "codecs", "zipfile", "tarfile", "gzip", "bz2", "lzma", "tomllib", "json"}


def _opens(node: ast.AST) -> bool:
    """Whether a call opens a file by its name."""
    if not isinstance(node, ast.Call):
        return False
    match node.func:
        case ast.Name(id="open"):
            return True
        case ast.Attribute(attr="read_text" | "read_bytes"):
            return True
        case ast.Attribute(value=ast.Name(id=module), attr="open" | "load" | "fdopen" | "ZipFile"):
            return module in _MODULES
        case ast.Attribute(attr="open"):
            return any(
                isinstance(each, ast.Constant) and "r" in str(each.value) for each in node.args
            ) or any(
                isinstance(each, ast.Constant) and each.value in {"wb", "xb", "ab", "w", "a"}
                for each in node.args
            )
    return False


def test_no_other_place_opens_foreign_files():
    found = set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE.parent).as_posix()
        if "/probe/" in name:  # runs in the target's interpreter, as part of the target
            continue
        if any(_opens(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
            found.add(name)
    assert found - set(OWN) == set(), "read foreign files through coach/regular_files.py, or say here why not"
    assert set(OWN) - found == set(), "no longer needed here"


@pytest.mark.parametrize(
    "report",
    [
        '<testsuite><testcase classname="%s.y" name="x"><failure/></testcase></testsuite>' % ("x" * 5_000),
        '<testsuite><testcase classname="a" name="%s"><failure/></testcase></testsuite>' % ("n/" * 4_000),
        '<testsuite><testcase file="%s.py" name="&#27;[2J\u202e"><failure/></testcase></testsuite>'
        % ("f" * 300),
        "<testsuite>" * 20_000,
        "[]",
    ],
    ids=["class", "name", "file", "depth", "json"],
)
def test_names_of_any_length_in_a_report_end_in_one_sentence(session, tmp_path, capsys, report):
    place = tmp_path / "r.xml"
    place.write_text(report)
    assert within(main, ["run", "--new", "--from-junit", str(place)]) in {2, 4}
    said = capsys.readouterr().err.strip().split("\n")
    assert any(line.startswith("coach: ") for line in said)
    assert len(said) < 5
    assert all(line.isprintable() and len(line) < 2_000 for line in said)
