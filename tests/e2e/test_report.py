"""The report in a real browser: it is drawn, says what the log says, loads nothing, and the console stays silent."""

import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from coach.cli import main
from coach.store.lines import encode
from tests.core.building import hostile_session
from tests.core.reports.test_reports import fixed_session

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium here; .ci/run installs it")


def browsed(page: Path, *words: str) -> tuple[str, str]:
    """Open a page without network; returns its DOM and what was logged."""
    profile = page.parent / "profile"
    argv = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={profile}",
        "--enable-logging=stderr",
    ]
    argv += ["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=2000", *words, page.as_uri()]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, "\n".join(re.findall(r".*(?:CONSOLE|Refused|net_error.*file).*", done.stderr))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    for name, log in (("shap2345", fixed_session()), ("hast2345", hostile_session("hunter2-hunter2"))):
        folder = tmp_path / "state" / "sessions" / name
        folder.mkdir(parents=True)
        (folder / "log.jsonl").write_bytes(b"".join(map(encode, log.records)))
    return tmp_path


def test_the_page_is_drawn_and_loads_nothing(home: Path) -> None:
    page, picture = home / "report.html", home / "report.png"
    assert main(["report", "shap", "-o", str(page)]) == 0
    dom, console = browsed(page, "--dump-dom")
    assert not console
    assert "<h1>cart total is one cent too high</h1>" in dom
    assert dom.count("<svg") == 3
    assert dom.count("<details") == 2
    _, console = browsed(page, f"--screenshot={picture}", "--window-size=900,700")
    assert not console
    assert struct.unpack(">II", picture.read_bytes()[16:24]) == (900, 700)
    assert picture.stat().st_size > 20_000, "more than an empty page"


def test_a_hostile_session_is_only_text(home: Path) -> None:
    page = home / "hostile.html"
    assert main(["report", "hast", "-o", str(page)]) == 0
    dom, console = browsed(page, "--dump-dom")
    assert not console
    assert "<script" not in dom
    assert "EVIL" in dom
