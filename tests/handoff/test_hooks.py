"""Hooks that enforce: a scripted host shows each of them refusing and allowing, on one real session."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.assistants.host_protocol import MOMENTS, event_of
from coach.cli.commands import hook_session
from coach.core.export.budget import estimate
from coach.core.protocol import commands as cmd
from coach.core.session.fold import replay
from coach.session.factory import open_existing
from coach.store.log import read_log
from tests.handoff.conftest import CART, TEST
from tests.handoff.scripted_host import Heard, ScriptedHost

NOTHING = Heard()
RULES = '\n[tool.coach.rules]\nprotected = ["prices.py", "vendor/"]\n'
SECRET = "Hunter" + "-22xyz"


@pytest.fixture
def red(shop):
    """The shop with its test red, and a protected file."""
    settings = shop.root / "pyproject.toml"
    settings.write_text(settings.read_text() + RULES)
    shop.write("prices.py", "RATE = 1\n")
    assert shop.coach("run", TEST).returncode == 1
    return shop


@pytest.fixture
def broken(red):
    """The same with the test pinned."""
    assert red.coach("pin").returncode == 0
    return red


def state_of(shop):
    (log,) = shop.state.glob("sessions/*")
    return replay(read_log(log).records)


def held_by(shop):
    return state_of(shop).held_by


def test_each_hook_refuses_and_allows(broken):
    """One session, a turn of each host: refused edits, an edit through the shell, a refused end, a green one, the end."""
    before = broken.fingerprint()
    _edits_are_refused(broken, ScriptedHost(broken, "claude"))
    assert not _a_turn_of(broken, ScriptedHost(broken, "claude"), "2")
    assert broken.coach("note", "the rate is added, not multiplied").returncode == 0
    _a_short_turn_of(broken, ScriptedHost(broken, "codex"), "3")
    assert not _a_turn_of(broken, ScriptedHost(broken, "cursor"), "4")
    assert _a_turn_of(broken, ScriptedHost(broken, "claude"), "5")  # an assistant in a loop may end
    host = ScriptedHost(broken, "claude")
    assert broken.coach("export").returncode == 0
    assert held_by(broken) == "assistant"  # whose is not known before its first hook
    broken.write("cart.py", CART.replace(" + 1", ""))
    green = host.after_shell()
    assert "✔" in green.told
    assert "(coach reproduce)" in green.told
    assert "coach verify" in host.end().refused
    assert host.end(again=True) == NOTHING
    assert broken.fingerprint() == before
    state = state_of(broken)
    assert [each.by for each in state.attempts] == [
        "claude",
        "codex",
        "cursor",
        "claude",
        "assistant",
    ]  # nobody announced the last one; since the export it is some assistant's
    assert {each.way for each in state.exports if each is not state.exports[-1]} == {"hook"}


def _edits_are_refused(broken, host):
    assert host.begin() == NOTHING
    assert host.after_shell("ls") == NOTHING  # nothing changed
    assert host.end() == NOTHING  # it changed nothing
    pinned = host.before_edit("tests/test_cart.py")
    assert "holds the pinned test" in pinned.refused
    assert "coach pin --off" in pinned.refused
    assert "protected by the team's rules" in host.before_edit("prices.py").refused
    # Cursor also runs the hooks written for Claude Code, beside its own: those say nothing.
    said = {"tool_name": "Edit", "tool_input": {"file_path": "prices.py"}, "cursor_version": "3.0.0"}
    assert host.fire("PreToolUse", **said) == NOTHING
    assert held_by(broken) == ""


def _a_short_turn_of(broken, host, wrong):
    """The same question and answers in another host's words."""
    assert "holds the pinned test" in host.before_edit("tests/test_cart.py").refused
    assert host.before_edit("cart.py") == NOTHING
    broken.write("cart.py", CART.replace("+ 1", f"+ {wrong}"))
    assert f"assert {5 + int(wrong)} == 5" in host.after_shell().told
    assert "still red" in host.end().refused
    assert host.end(again=True) == NOTHING
    assert held_by(broken) == ""


def _a_turn_of(broken, host, wrong):
    """An edit that is allowed, one that is wrong, what is told of it once, an end that is refused once, a compaction."""
    assert host.begin() == NOTHING
    assert "holds the pinned test" in host.before_edit("tests/test_cart.py").refused
    assert host.before_edit("cart.py") == NOTHING
    assert held_by(broken) == host.host
    broken.write("cart.py", f"def total(prices):\n    key = '{SECRET}'\n    return sum(prices) + {wrong}\n")
    red = host.after_shell(failed=True)
    assert "✘" in red.told
    assert f"assert {5 + int(wrong)} == 5" in red.told
    assert str(broken.root) not in red.told
    is_loop = "tell the engineer of the loop" in red.told
    assert host.end() == NOTHING if is_loop else "still red" in host.end().refused
    context = host.compact().told
    assert context.startswith("# Debugging context")
    assert estimate(context) <= 1_500
    assert host.after_shell() == NOTHING  # seen already, and given already
    assert host.end(again=True) == NOTHING
    assert held_by(broken) == ""
    return is_loop


def test_beside_a_screen_that_runs_on_every_save(red, monkeypatch):
    """What the engineer edited is no news to an assistant; a run that was made on its edit is told and not made again."""
    monkeypatch.setenv("COACH_STATE_DIR", str(red.state))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (session,) = red.state.glob("sessions/*")
    host = ScriptedHost(red, "claude")
    red.write("cart.py", "# mine\n" + CART)
    with open_existing(session.name) as screen:
        assert host.begin() == NOTHING
        assert host.after_shell("ls") == NOTHING
        red.write("cart.py", CART.replace("+ 1", "+ 2"))
        screen.submit(cmd.RunTarget())
        assert screen.wait_idle(30)
        assert f"run #{screen.state.last_number}" in host.after_shell().told
        red.write("cart.py", CART.replace("+ 1", "+ 3"))
        before = screen.state.last_number
        assert host.after_shell("coach run").told  # it did not run these files
        assert screen.state.last_number == before + 1
        assert screen.state.held_by == "claude"
        red.write("cart.py", CART.replace(" + 1", ""))
        with ThreadPoolExecutor(2) as tools:
            told = [each.told for each in tools.map(host.after_shell, ["one", "two"])]
        assert sorted(map(bool, told)) == [False, True]
        assert screen.state.last_number == before + 2


def test_a_file_is_the_same_however_it_is_spelled(red, monkeypatch):
    monkeypatch.setenv("COACH_STATE_DIR", str(red.state))
    monkeypatch.chdir(red.root)
    (red.root / "alias.py").symlink_to("prices.py")
    (red.root / "there").symlink_to(red.root)
    for said in (
        {"file_path": "alias.py"},
        {"notebook_path": str(red.root / "there/prices.py")},
        {"file_path": "tests/../vendor/lib/new.py"},
        {
            "command": "apply_patch <<'E'\n*** Begin Patch\n*** Add File: a.py\n+a\n*** Delete File: prices.py\n*** End Patch\nE"
        },
        {"input": "*** Begin Patch\n*** Update File: a.py\n*** Move to: vendor/a.py\n*** End Patch"},
    ):
        answer = hook_session.answer(event_of("codex", "PreToolUse", {"tool_input": said}))
        assert "protected" in answer, said
    for said in (
        {"file_path": "../prices.py"},
        {"file_path": "a\0b"},
        {"command": "cat prices.py"},
    ):
        assert hook_session.answer(event_of("codex", "PreToolUse", {"tool_input": said})) == "", said
    assert state_of(red).held_by == ""
    assert (
        hook_session.answer(event_of("codex", "PreToolUse", {"tool_input": {"file_path": "x" * 5_000}})) == ""
    )


def test_a_run_that_would_outlast_the_host_is_stopped_and_said(red, monkeypatch, capsys):
    monkeypatch.setenv("COACH_STATE_DIR", str(red.state))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(hook_session, "SECONDS", 0.5)
    monkeypatch.chdir(red.root)
    red.write("cart.py", "import threading\n\n\ndef total(prices):\n    threading.Event().wait()\n")
    answer = hook_session.answer(event_of("claude", "PostToolUse", {"tool_name": "Bash"}))
    assert "did not end within the 0.5 s" in answer
    assert state_of(red).under_way == ()
    assert "stopped on request" in capsys.readouterr().err


@pytest.mark.parametrize("host", MOMENTS)
def test_without_a_session_every_hook_allows_and_says_nothing(shop, host):
    for event in MOMENTS[host]:
        said = json.dumps(
            {"cwd": str(shop.root), "tool_input": {"file_path": "cart.py"}, "source": "compact"}
        )
        done = shop.coach("hook", host, event, stdin=said)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip() in {"", "{}"}
    assert not (shop.state / "sessions").exists()


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (["claude", "PreToolUse"], ""),
        (["claude", "PreToolUse"], "[1]"),
        (["claude", "PreToolUse"], "[" * 100_000),
        (["claude", "PreToolUse"], '{"cwd": 3, "tool_input": [1], "workspace_roots": "/x"}'),
        (["claude", "NoSuchEvent"], "{}"),
        (["nobody", "Stop"], "{}"),
        ([], "{}"),
    ],
)
def test_what_no_hook_can_answer_never_refuses(shop, words, stdin):
    """Exit code 2 would be taken for a refusal of whatever the assistant is about to do."""
    done = shop.coach("hook", *words, stdin=stdin)
    assert done.returncode in {0, 1}
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == done.returncode
