"""Feed foreign text to every reader of coach: 0 tracebacks, and no input that takes long, whatever it holds.

    python benchmarks/fuzz.py --seconds 60            # what .ci/run does
    python benchmarks/fuzz.py --seconds 3600 --seed 7 --keep /tmp/found

Inputs grow from seeds (files of the tests, and a grammar of what readers look for) by changing bytes, lines and, in logs,
fields; those that reach lines of coach which none reached before are kept and changed further. Only the exceptions that
a reader declares are no finding. Prints inputs, lines reached and findings of each reader; exits 1 when there is a finding.
"""

import argparse
import contextlib
import gzip
import io
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = str(ROOT / "coach")
CPU_SECONDS = 8.0
"""Of one input; far more than any needs, so that a busy machine makes no finding."""
SLICE = 0.25
"""Seconds one reader is fed before the next one's turn."""
MAX_POOL = 400
MAX_BYTES = 60_000
TRACED = 8
"""One input of so many is looked at for new lines: looking is slow before Python 3.12."""


class TooSlow(BaseException):
    """An input took more processor time than any should."""


@dataclass(slots=True)
class Target:
    """One reader: what feeds it, what it may raise, and what it has seen so far."""

    name: str
    call: Callable[[bytes], object]
    seeds: list[bytes]
    declared: tuple[type[BaseException], ...] = ()
    change: Callable[[random.Random, list[bytes]], bytes] | None = None
    inputs: int = 0
    spent: float = 0.0
    pool: list[bytes] = field(default_factory=list)
    findings: Counter[str] = field(default_factory=Counter)


class Reached:
    """Lines of coach that inputs have reached, by sys.monitoring where there is one, else by a trace of some inputs."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self.new = 0
        self._monitoring = getattr(sys, "monitoring", None)
        if self._monitoring:
            tool = self._monitoring.COVERAGE_ID
            self._monitoring.use_tool_id(tool, "fuzz")
            self._monitoring.register_callback(tool, self._monitoring.events.LINE, self._line)
            self._monitoring.set_events(tool, self._monitoring.events.LINE)

    def _line(self, code, line):
        if code.co_filename.startswith(PACKAGE):
            self._note(code.co_filename, line)
        return self._monitoring.DISABLE

    def _note(self, file, line):
        if (file, line) not in self.lines:
            self.lines.add((file, line))
            self.new += 1

    def _trace(self, frame, event, _):
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            self._note(frame.f_code.co_filename, frame.f_lineno)
        return self._trace

    @contextlib.contextmanager
    def looking(self, *, traced: bool) -> Iterator[None]:
        self.new = 0
        if self._monitoring or not traced:
            yield
            return
        sys.settrace(self._trace)
        try:
            yield
        finally:
            sys.settrace(None)


# What is changed, and how

ODD_TEXTS = ["", "\0", " ", "\n", "\r\n", "a\nb", "x" * 5_000, "../../etc/passwd", "/", "~", "a::b::c", "::", "[", "\u2028", "\u202e", "-x", "%s", "{}", "1e999", "NaN", "\ud800"]  # fmt: skip
ODD_NUMBERS = [0, -1, 1, 2, 7, 10**6, 2**31, 2**53, 2**63, -(2**63), 10**30, 0.5, -0.5, 1e308, -1e308, 1e-308]
ODD_VALUES = [*ODD_TEXTS, *ODD_NUMBERS, None, True, False, [], {}, [[]], [None], {"a": {}}]
TOKENS = [
    b"\0", b"\n", b"\r\n", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\x1b[31m", b"\x1b]8;;", b'"', b"'", b"\\", b"<!--", b"-->", b"```", b"# ", b"## ", b"**",
    b"[[", b"]]", b"{", b"}", b"(", b")", b"=", b":", b"::", b"/", b"//", b"../", b"%", b"$", b"&#0;", b"&#27;", b"&amp;", b"<![CDATA[", b"]]>", b"<?xml", b"1e999", b"NaN",
    b"Infinity", b"-1", b"0", b"9" * 5_000, b" " * 2_000, b"a" * 3_000, b"[" * 3_000, b'{"a":' * 1_500, b"a." * 1_500, b"Traceback (most recent call last):\n",
    b'  File "x.py", line 1, in f\n', b"E   assert 1 == 2\n", b"not ok 1 - x\n", b"ok 2 # skip\n", b"1..3\n", b"--- FAIL: TestX (0.00s)\n", b'{"Action":"fail","Test":"T"}\n',
    b"FAILED a.py::b - x\n", b"=== FAILURES ===\n", b"test a ... FAILED\n", b"thread 'a' panicked at x.rs:1:2:\n", b"  \xe2\x97\x8f a \xe2\x80\xba b\n", b"@@ -1,2 +1,2 @@\n",
    b"diff --git a/x b/x\n", b"--- a/x\n+++ b/x\n", b"expected: 1\n     got: 2\n", b"at f (x.js:1:2)\n", b"  at a.B.c(B.java:3)\n", b"Caused by: x\n", b"x.c:1:2: error: y\n",
]  # fmt: skip


def changed_bytes(chance: random.Random, pool: list[bytes]) -> bytes:  # noqa: C901 - a list of ways
    """Change one input of the pool in a few places."""
    data = bytearray(chance.choice(pool))
    for _ in range(chance.choice((1, 1, 2, 3, 6, 12))):
        at, end = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        end = min(end, at + chance.choice((1, 4, 40, 4_000)))
        other = chance.choice(pool)
        match chance.randrange(9):
            case 0:
                data[at:at] = chance.choice(TOKENS)
            case 1:
                data[at:end] = chance.choice(TOKENS)
            case 2:
                del data[at:end]
            case 3:
                data[at:at] = data[at:end] * chance.choice((1, 2, 50))
            case 4 if data:
                data[min(at, len(data) - 1)] = chance.randrange(256)
            case 5:
                start = chance.randrange(len(other) + 1)
                data[at:end] = other[start : start + chance.choice((10, 200, 4_000))]
            case 6:
                lines = bytes(data).split(b"\n")
                first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[first], lines[second] = lines[second], lines[first]
                data[:] = b"\n".join(lines)
            case 7:
                lines = bytes(data).split(b"\n")
                del lines[chance.randrange(len(lines))]
                data[:] = b"\n".join(lines)
            case 8:
                lines = bytes(data).split(b"\n")
                lines.insert(chance.randrange(len(lines) + 1), chance.choice(other.split(b"\n")))
                data[:] = b"\n".join(lines)
    return bytes(data[:MAX_BYTES])


def changed_log(chance: random.Random, pool: list[bytes]) -> bytes:
    """Change lines and fields of a log, so that most lines are still events, with values nobody would write."""
    if chance.random() < 0.1:
        return changed_bytes(chance, pool)
    lines = [each for each in chance.choice(pool).split(b"\n") if each]
    for _ in range(chance.choice((1, 2, 4, 8))):
        if not lines:
            break
        at = chance.randrange(len(lines))
        match chance.randrange(8):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(chance.randrange(len(lines) + 1), _renumbered(chance, lines[at]))
            case 2:
                other = [each for each in chance.choice(pool).split(b"\n") if each]
                if other:
                    lines.insert(at, _renumbered(chance, chance.choice(other)))
            case 3:
                first = chance.randrange(len(lines))
                lines[at], lines[first] = _swapped(lines[at], lines[first])
            case _:
                lines[at] = _with_an_odd_value(chance, lines[at])
    return b"\n".join(lines) + b"\n"


def _loaded(line: bytes) -> dict:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _dumped(value: dict) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _renumbered(chance: random.Random, line: bytes) -> bytes:
    return _dumped({**_loaded(line), "seq": chance.randrange(1, 400)})


def _swapped(first: bytes, second: bytes) -> tuple[bytes, bytes]:
    one, two = _loaded(first), _loaded(second)
    one["seq"], two["seq"] = two.get("seq"), one.get("seq")
    return _dumped(one), _dumped(two)


def _with_an_odd_value(chance: random.Random, line: bytes) -> bytes:
    value = _loaded(line)
    place, key = value, None
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = chance.choice(list(keys))
        if not isinstance(place[key], dict | list) or not place[key] or chance.random() < 0.15:
            break
        place = place[key]
    if key is None or (place is value and key in {"seq", "kind"} and chance.random() < 0.9):
        return line
    now = place[key]
    alike = [each for each in ODD_VALUES if type(each) is type(now)]
    if isinstance(now, list) and now and chance.random() < 0.6:
        place[key] = chance.choice(([], now * 2, now[::-1], now[:1]))
    elif isinstance(place, dict) and chance.random() < 0.15:
        del place[key]
    else:
        place[key] = chance.choice(alike if alike and chance.random() < 0.8 else ODD_VALUES)
    return _dumped(value)


# The readers


def _logs() -> list[bytes]:
    found = []
    for path in sorted((ROOT / "tests/loops").glob("*/*.jsonl.gz")):
        content = gzip.decompress(path.read_bytes())
        if len(content) < 20_000:
            found.append(content)
    return found[:40]


def _strings_of_tests(*folders: str) -> list[bytes]:
    """Return the texts of several lines that stand in tests: samples of what programs print."""
    import ast

    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            texts = (each.value for each in nodes if isinstance(each, ast.Constant))
            found += [
                each.encode("utf-8", "replace")[:20_000]
                for each in texts
                if isinstance(each, str) and "\n" in each
            ]
    return found or [b"\n"]


def _as_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def read_whole_log(data: bytes) -> None:
    """Do with a log what status, review, export, report, stats, seen, loops and the list of sessions do."""
    from coach.core.export import LEAST
    from coach.core.loops.replay import would_say
    from coach.core.reports.metrics import figures_of
    from coach.core.reports.statistics import as_json, statistics_of
    from coach.core.session.fold import replay
    from coach.core.session.form_defaults import filled_spec
    from coach.core.spec.gaps import gaps
    from coach.core.workflow.advice import advise
    from coach.mcp import results
    from coach.session.export_io import export_session, tell_session
    from coach.store import library
    from coach.store.log import read_log
    from coach.store.paths import sessions_folder

    folder = sessions_folder() / "f0zzf0zz"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log.jsonl").write_bytes(data)
    chance = zlib.crc32(data)
    loaded = read_log(folder, late=chance % 2 == 0)
    state = replay(loaded.records)
    match chance // 2 % 8:
        case 0 | 1 | 2 as style:
            export_session(state, LEAST if chance % 3 else 4_000, ("markdown", "xml", "json")[style])
        case 3:
            tell_session(loaded.records, "html")
        case 4:
            tell_session(loaded.records, "markdown")
        case 5:
            as_json(statistics_of([figures_of(loaded.records)]))
            library.sessions()
        case 6:
            list(would_say(loaded.records))
            gaps(state.spec, state.rules)
            filled_spec(state)
        case 7:
            advise(state)
            results.steps_answer(state)
            results.limits_answer(state)
            results.hypotheses_answer(state)
            results.suspects_answer(state)
            for run in state.runs:
                results.run_answer(run)
                results.frames_answer(run)


def show_whole_log(data: bytes) -> None:
    """Lay a log out as the screen does in a review: every view, and what the window for a run says."""
    from coach.core.session.fold import replay
    from coach.store.lines import read_line
    from coach.tui import keys
    from coach.tui.views import (
        band,
        diff,
        experiment,
        failure_lines,
        gate,
        header,
        output,
        past_sessions,
        runs,
        step_view,
        steps,
        suspects,
        verify,
    )
    from coach.tui.views.run_outcome import pieces_of
    from coach.tui.views.timeline import timeline
    from coach.tui.views.view_state import ViewState

    records = [record for line in data.split(b"\n") if (record := read_line(line))]
    state = replay(sorted(records, key=lambda each: each.seq))
    view = ViewState()
    for show in (steps.reproduce, steps.failing_test, suspects.isolate, verify.hypothesize, verify.verify):
        show(state, view)
    header.header(state, view, 100)
    header.steps(state, 100)
    gate.gate(state)
    offers = keys.offers(state, "")
    band.move_line(offers, "", 100)
    band.reason_line(state, offers, "", 100)
    step_view.columns(state, view)
    header.run_strip(state)
    failure_lines.signature(state, view)
    failure_lines.frames(state)
    failure_lines.causes(state)
    failure_lines.differing(state, view)
    past_sessions.seen_lines(state)
    experiment.experiments(state)
    experiment.drafted(state)
    diff.diff(state)
    runs.runs(state)
    runs.trend(state)
    timeline(records, state.seq)
    for run in state.runs:
        output.title(state, run)
        output.finished(state, run, "")
        pieces_of(state, run)


def read_log_line(data: bytes) -> None:
    from coach.store.lines import encode, read_line

    record = read_line(data)
    if record is not None:
        assert read_line(encode(record)) is not None


def read_output(data: bytes) -> None:
    from coach.core.output.output_reading import read_output as read

    read(_as_text(data), len(data) % 2)


def read_tracebacks(data: bytes) -> None:
    from coach.core.output.report_text import detail_of_report
    from coach.core.runs.tracebacks import flat, tracebacks_in

    flat(tracebacks_in(_as_text(data)))
    detail_of_report(_as_text(data))


def read_report(data: bytes) -> None:
    from coach.engine.runners.junit_names import named_test
    from coach.engine.runners.junit_report import read_junit
    from coach.engine.source.find_file import ProjectFiles

    report = read_junit(_file("report.xml", data))
    files = ProjectFiles(Path(tempfile.gettempdir()))
    files._indexes = [{"test_a.py": ["tests/test_a.py", "b/test_a.py"]}]
    for case in report.failed[:5]:
        named_test(case, files)


def read_settings(data: bytes) -> None:
    from coach.engine.source.project_root import project_of
    from coach.engine.watch.watched_paths import folders_to_watch
    from coach.settings.project import load_settings, team_rules

    folder = _file("pyproject.toml", data).parent
    project_of(folder)
    folders_to_watch(folder)
    team_rules(folder, load_settings(folder))


def read_ini(data: bytes) -> None:
    from coach.core.loops.analysis.pytest_config import _options
    from coach.regular_files import read_ini as read

    for name in ("setup.cfg", "pyproject.toml", "tox.ini"):
        _options(name, _as_text(data))
    read(_file("setup.cfg", data))


def read_own_settings(data: bytes) -> None:
    from coach.settings.user import load_personal

    _file("config.toml", data)
    load_personal()


def read_workflow_file(data: bytes) -> None:
    from coach.settings.workflow_files import read_workflow

    read_workflow(_file("w.toml", data))


def read_spec_text(data: bytes) -> None:
    from coach.core.spec.document import SpecUnread, read_issue, read_spec, write_spec

    text = _as_text(data)
    spec = read_issue(text)
    assert read_spec(write_spec(spec), spec) == spec
    with contextlib.suppress(SpecUnread):
        once = read_spec(text)
        assert read_spec(write_spec(once), once) == once


def read_archive(data: bytes) -> None:
    from coach.store.archive import unpack

    unpack(_file("a.coach", data), "a.coach")


def read_patch(data: bytes) -> None:
    from coach.core.runs.changes import parse_patch

    parse_patch(_as_text(data))


def read_foreign_transcript(data: bytes) -> None:
    """Read a transcript and follow its files to the end."""
    from coach.core.transcripts.moments import FileHistory
    from coach.core.transcripts.reading import read_transcript

    transcript = read_transcript("it", data)
    transcript.model_dump_json()
    for _ in FileHistory(transcript).moments():
        pass


def changed_transcript(random: random.Random, pool: list[bytes]) -> bytes:
    """Damage one transcript, its values or its bytes."""
    from tests.core.transcripts.damaged import damaged

    return damaged(random, random.choice(pool))


def follow_command(data: bytes) -> None:
    """Follow one command of a shell through files in memory."""
    from coach.core.transcripts.model import Ran, Step, Transcript
    from coach.core.transcripts.moments import FileHistory

    step = Step(action=Ran(command=_as_text(data), exit_code=0))
    for _ in FileHistory(Transcript(format="any", root="/w", steps=(step,)), FOLLOWED.get).moments():
        pass


def read_source_text(data: bytes) -> None:
    from coach.core.base.test_id import TestId
    from coach.core.loops.analysis.syntax import parse
    from coach.engine.source.excerpts import meant_by, misnamed, read_test
    from coach.engine.source.pinned_test_parts import parts_of
    from coach.engine.source.related_tests import _imported

    folder = _file("test_m.py", data).parent
    parse(_as_text(data))
    read_test(folder, TestId("test_m.py::TestA::test_b"))
    misnamed(folder, ["test_m.py::test_x[1]"])
    meant_by(folder, ["test_m.py::test_x"])
    parts_of(folder, TestId("test_m.py::test_f"), None)
    list(_imported(folder, "test_m.py", {"a": "a.py"}))


def read_channel(data: bytes) -> None:
    from coach.engine.channel.calls import traces_in
    from coach.engine.channel.coverage import read_coverage
    from coach.engine.channel.report_reader import Channel
    from coach.engine.source.project_paths import Places

    file = _file("events", data)
    channel = Channel(file, "n", file.parent)
    channel.read()
    read_coverage(file, "n", file.parent)
    traces_in(_as_text(data), "n", Places(file.parent))


def read_door(data: bytes) -> None:
    from coach.session.shared.messages import command_from, unpacked

    said = unpacked(data)
    command_from(said.get("command"), said.get("fields"))


def show_text(data: bytes) -> None:
    from coach.core.base.text import safe, safe_line, storable, without_sequences
    from coach.core.redact.redactor import Private, Redactor

    text = _as_text(data)
    storable(text).encode()
    assert safe(text).replace("\n", "").isprintable() or not text.isascii()
    safe_line(text)
    without_sequences(text)
    redactor = Redactor(Private(secrets=("hunter22",), home="/home/me", user="me", host="here"))
    redactor.settle(redactor.clean(storable(text)))


def reduce_text(data: bytes) -> None:
    from coach.core.search.hdd import is_nested

    is_nested(_as_text(data))


def read_environment_file(data: bytes) -> None:
    from coach.session.export_io import dotenv_secrets

    dotenv_secrets(_file(".env", data).parent)


def read_remembered(data: bytes) -> None:
    from coach.settings.pytest_cache import last_failed

    place = _file("lastfailed", data).parent / ".pytest_cache/v/cache/lastfailed"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    last_failed(place.parents[3])


_FOLDER: list[Path] = []


def _file(name: str, data: bytes) -> Path:
    path = _FOLDER[0] / name.strip(".").replace(".", "-") / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _archives(logs: list[bytes]) -> list[bytes]:
    found = []
    for log in logs[:4]:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", method) as archive:
                archive.writestr("session.json", '{"format": 1, "session": "abcdefgh", "events": 3}')
                archive.writestr("log.jsonl", log)
            found.append(buffer.getvalue())
    return found


TOML = [
    b'[tool.coach]\npython = "x"\ntimeout = 5\nworkflows = ["w.toml"]\n[tool.coach.rules]\nacceptance = ["a"]\n[tool.coach.loops]\nguess = true\n[tool.coach.assistants]\na = "b"\n',
    b'[tool.pytest.ini_options]\ntestpaths = ["tests", "a*"]\naddopts = "-q -k x"\n',
    b'theme = "x"\n[keys]\nrun = "ctrl+r"\n',
    b'name="w"\nextends="debug"\noracle="tests"\n[[steps]]\nid="a"\ntitle="t"\nafter="isolate"\nquestions=["q"]\ngate=[{check="notes-at-least",limit=1}]\n',
]
INI = [
    b"[tool:pytest]\ntestpaths = a b\naddopts = -q\n[pytest]\ntestpaths=\n  a\n  b\n",
    b"[DEFAULT]\na\nb: c\n",
]
XML = [
    b'<testsuites><testsuite><testcase classname="tests.test_a.TestB" name="test_c[1]" file="tests/test_a.py" time="1.5"><failure message="E: x" type="E">Traceback (most recent call last):\n  File "a.py", line 3, in f\nE: x</failure><system-out>o</system-out></testcase><testcase name="b"><skipped/></testcase></testsuite></testsuites>',
]
CHANNEL = [
    b'{"event":"begin","pid":1,"nonce":"n","version":"8"}\n{"event":"collected","pid":1,"nonce":"n","selected":1}\n{"event":"test_start","pid":1,"nonce":"n","test":"a::b"}\n{"event":"test_end","pid":1,"nonce":"n","test":"a::b","outcome":"failed","failure":{"phase":"call","exception":"E","frames":[{"file":"a.py","line":1}],"sections":[["a","b"]],"difference":[["a","b",true]]}}\n',
    b'{"event":"file","pid":1,"nonce":"n","index":0,"path":"a.py"}\n{"event":"lines","pid":1,"nonce":"n","test":"a","context":"test","parts":[[0,"b","1-3,5"]]}\n{"event":"call","nonce":"n","test":"a"}\n',
]
PYTHON = [
    b"import a.b\nfrom . import c\n\n@d\nclass TestA:\n    def test_b(self):\n        assert [1, {2: 3}]\n\ndef test_f(x=f'{1!r}'):\n    '''>>> 1'''\n    if 1:\n        async def g(): await h\n",
    "# coding: latin-1\nx = '\u00e9'\n".encode("latin-1"),
]
PATCH = [b"diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@ def f\n-a\n+b\n c\n\\ No newline at end of file\nBinary files a/y and b/y differ\n"]  # fmt: skip
DOOR = [b'{"ask": 1, "command": "Note", "fields": {"text": "x"}}', b'{"ask": 2, "command": "WriteSpec", "fields": {"spec": {"title": "t"}}}', b'{"idle": 3, "seconds": 1.5}']  # fmt: skip


FOLLOWED = {"a.py": "import b\n\n\ndef f(x):\n    return x\n" * 20, "b.txt": "one\ntwo\n"}
"""The files that commands are followed through."""
COMMANDS = [
    b"cd . && sed -i -e 's/x\\(.*\\)y/[\\1]/g' -e '/def/,$d' a.py; cat <<'EOF' > n.py\nx\nEOF\n",
    b"python - <<'EOF'\nimport re\np = 'a.py'\ns = open(p).read()\nfor i, l in enumerate(s.split('\\n')):\n    s = s.replace(l, l[1:] + f'{i}')\nopen(p, 'w').write(re.sub('def f.*', 'x', s))\nEOF\n",
    b"git stash -u && git stash pop || git checkout HEAD~1 -- a.py; git diff > p; git apply -R p; for f in *.py; do rm $f; done",
    b"apply_patch <<EOF\n*** Begin Patch\n*** Update File: a.py\n@@ def f(x):\n-    return x\n+    return 2\n*** End Patch\nEOF\nprintf '%s\\n' a b | tee -a b.txt | head -1 >> a.py",
]


def targets() -> list[Target]:
    """Return every reader with its seeds."""
    from coach.core.spec.document import SpecUnread, write_spec
    from coach.core.spec.spec import Spec
    from coach.core.transcripts.reading import NoTranscript
    from coach.errors import CoachError
    from tests.core.transcripts.samples import SAMPLES

    logs, printed = _logs(), _strings_of_tests("tests/core/output", "tests/foreign", "tests/engine")
    specs = [
        write_spec(Spec(title="a", expected="```\n# b", scope=("x/*",))).encode(),
        b"T\n## Actual\nx\n```\n",
    ]
    lines = [line for log in logs[:6] for line in log.split(b"\n") if line]
    return [
        Target("log lines", read_log_line, lines, change=changed_log),
        Target("logs", read_whole_log, logs, (CoachError,), changed_log),
        Target("logs on the screen", show_whole_log, logs, change=changed_log),
        Target("outputs", read_output, printed),
        Target("tracebacks", read_tracebacks, printed),
        Target("JUnit", read_report, XML, (CoachError,)),
        Target("settings", read_settings, TOML, (CoachError,)),
        Target("own settings", read_own_settings, TOML, (CoachError,)),
        Target("INI", read_ini, [*INI, *TOML], (OSError,)),
        Target("workflows", read_workflow_file, TOML[::-1], (CoachError,)),
        Target("specs and reports", read_spec_text, [*specs, *printed[:40]], (SpecUnread,)),
        Target("archives", read_archive, _archives(logs), (CoachError,)),
        Target("patches", read_patch, PATCH),
        Target(
            "transcripts",
            read_foreign_transcript,
            [sample() for sample in SAMPLES.values()],
            (NoTranscript,),
            changed_transcript,
        ),
        Target("shell commands", follow_command, COMMANDS),
        Target("sources", read_source_text, PYTHON),
        Target("channels", read_channel, CHANNEL, change=changed_log),
        Target("second doors", read_door, DOOR, change=changed_log),
        Target("shown and redacted", show_text, printed),
        Target("inputs to reduce", reduce_text, [*printed[:20], b'{"a": [1, {"b": "c"}]}']),
        Target(".env", read_environment_file, [b"export A_TOKEN='x y'\nB=1\n"]),
        Target("last failures", read_remembered, [b'{"tests/a.py::b": true}']),
    ]


def feed(target: Target, data: bytes, reached: Reached, keep: Path | None, *, traced: bool) -> bool:
    """Give one input to a reader; returns whether it reached something new."""
    target.inputs += 1
    with reached.looking(traced=traced):
        error = _raised(target, data)
    if isinstance(
        error, TooSlow
    ):  # looking itself is slow, and so is what is built when it is asked for first
        error = _raised(target, data)
    if error is not None:
        _note_finding(target, data, error, keep)
    return reached.new > 0


def _raised(target: Target, data: bytes) -> BaseException | None:
    """Call a reader within its time; returns what it should not have raised."""
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        target.call(data)
    except target.declared:
        return None
    except (Exception, TooSlow) as error:  # noqa: BLE001 - whatever it is, it is a finding
        return error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _note_finding(target: Target, data: bytes, error: BaseException, keep: Path | None) -> None:
    own = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.startswith(PACKAGE)]
    place = f"{Path(own[-1].filename).relative_to(PACKAGE)}:{own[-1].lineno}" if own else "?"
    label = f"{type(error).__name__} at {place}: {str(error)[:100]!r}"
    key = f"{type(error).__name__} at {place}"
    is_new = not any(each.startswith(key) for each in target.findings)
    target.findings[label if is_new else next(each for each in target.findings if each.startswith(key))] += 1
    if is_new and keep:
        name = f"{target.name}-{key}".replace("/", "_").replace(" ", "_")
        (keep / name).write_bytes(data)
        (keep / f"{name}.txt").write_text("".join(traceback.format_exception(error)), encoding="utf-8")


def run(found: list[Target], seconds: float, chance: random.Random, keep: Path | None) -> Reached:
    """Feed all readers in turn until the time is over."""
    reached = Reached()
    for target in found:
        target.pool = [each[:MAX_BYTES] for each in target.seeds]
        for each in target.seeds:
            feed(target, each, reached, keep, traced=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for target in found:
            until = time.monotonic() + SLICE
            began = time.process_time()
            while time.monotonic() < min(until, end):
                change = target.change or changed_bytes
                data = change(chance, target.pool)
                if feed(target, data, reached, keep, traced=target.inputs % TRACED == 0):
                    target.pool.append(data)
                    if len(target.pool) > MAX_POOL:
                        del target.pool[chance.randrange(len(target.seeds), len(target.pool))]
            target.spent += time.process_time() - began
    return reached


def main() -> int:
    parser = argparse.ArgumentParser(description="Feed foreign text to every reader of coach.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="", help="a part of a reader's name")
    parser.add_argument("--keep", type=Path, help="a folder for inputs that are findings")
    args = parser.parse_args()

    def too_slow(*_: object) -> None:
        raise TooSlow

    signal.signal(signal.SIGPROF, too_slow)
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="coach-fuzz-") as scratch:
        _FOLDER.append(Path(scratch))
        os.environ["COACH_STATE_DIR"] = f"{scratch}/state"
        os.environ["COACH_CONFIG_DIR"] = f"{scratch}/config-toml"
        found = [each for each in targets() if args.only in each.name]
        reached = run(found, args.seconds, random.Random(args.seed), args.keep)
    for each in found:
        each_ms = each.spent / max(each.inputs, 1) * 1_000
        print(
            f"{each.name:<20}{each.inputs:>10,} inputs {each_ms:>8.2f} ms each {sum(each.findings.values()):>6} findings"
        )
        for label, count in each.findings.most_common():
            print(f"    {count:>5} × {label}")
    inputs, findings = sum(each.inputs for each in found), sum(len(each.findings) for each in found)
    print(
        f"seed {args.seed}: {inputs:,} inputs, {len(reached.lines):,} lines of coach reached, {findings} findings"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
