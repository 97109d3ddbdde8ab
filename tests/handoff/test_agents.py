"""What coach ships for assistants: files as their hosts describe them, put among foreign text and taken out byte for byte."""

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from coach import cli
from coach.assistants.host_protocol import MOMENTS
from coach.assistants.hosts import FOLDER, HOSTS, own_program, text_of
from coach.assistants.merging import MERGES, CannotMerge
from tests.handoff.host_files import FILES, SkillHead, commands_of, matchers_of

SKILL = FOLDER / "skills" / "coach" / "SKILL.md"
FOREIGN = {
    ".claude/settings.json": '{\n    "permissions": {"allow": ["Bash(ls)"]},\n    "hooks": {"Stop": [{"hooks": [{"type": "command",'
    ' "command": "say done"}]}],\n    "PreToolUse": []}, "é": 1.50}',
    ".mcp.json": '{\r\n\t"mcpServers": {"other": {"command": "x"}}\r\n}\r\n',
    ".codex/config.toml": '# mine\nmodel = "o"   # kept\n\n[mcp_servers.other]\ncommand = "x"',
    ".codex/hooks.json": "",
    ".cursor/hooks.json": '{"hooks": {"stop": [{"command": "./mine.sh"}]}, "version": 1}\n',
    "AGENTS.md": "# Rules\r\n\r\nBe kind.\r\n",
}


def files_of(shop):
    return {
        path.relative_to(shop.root).as_posix(): path.read_bytes()
        for path in shop.root.rglob("*")
        if path.is_file() and ".git/" not in f"{path}/"
    }


def folders_of(shop):
    return {path for path in shop.root.rglob("*") if path.is_dir() and ".git/" not in f"{path}/"}


def held(text, name):
    return tomllib.loads(text) if name.endswith(".toml") else json.loads(text)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("program", [("coach",), ("/a b/coach",), ("/x/python", "-m", "coach")], ids=len)
def test_every_file_is_as_its_host_describes_it(name, program):
    part = next(each for host in HOSTS.values() for each in host.parts if each.source == name)
    made = FILES[name].model_validate(held(text_of(part, program), name))
    if part.shape == "hooks":
        host = Path(name).stem
        assert set(commands_of(made)) == set(MOMENTS[host])
        for event, (command,) in commands_of(made).items():
            assert command.endswith(f" hook {host} {event}")
            assert "//" not in command  # one host takes that for a comment
        assert matchers_of(made)
    else:
        (server,) = made.model_dump().popitem()[1].values()
        assert [server["command"], *server["args"]][: len(program) + 1] == [*program, "mcp"]


def test_the_skill_is_short_and_its_commands_are_ones_the_program_knows():
    text = SKILL.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
    _, head, body = text.split("---\n", 2)
    SkillHead.model_validate(yaml.safe_load(head))
    for written in (body, (FOLDER / "agents.md").read_text(encoding="utf-8")):
        for line in re.findall(r"`coach ([^`]+)`", written):
            cli.parse(line.replace('"…"', "x").replace("FILE:LINE", "cart.py:3").split())


def test_what_was_there_stays_and_comes_back_byte_for_byte(shop):
    for name, text in FOREIGN.items():
        shop.write(name, "").write_bytes(text.encode())
    (shop.root / ".claude/settings.json").chmod(0o600)
    before, folders = files_of(shop), folders_of(shop)
    for host in HOSTS:
        looked = shop.coach("agents", "install", host, "--dry-run")
        assert looked.returncode == 0, looked.stderr
        assert "+++ " in looked.stdout
        asked = shop.coach("agents", "install", host)
        assert (asked.returncode, "nobody is there to agree" in asked.stderr) == (2, True)
    assert files_of(shop) == before

    for host in HOSTS:
        done = shop.coach("agents", "install", host, "--yes")
        assert done.returncode == 0, done.stderr
    now = files_of(shop)
    assert "nothing to change" in shop.coach("agents", "install", "claude", "--yes").stderr
    assert files_of(shop) == now
    settings = json.loads(now[".claude/settings.json"])
    assert settings["é"] == 1.5
    assert [each["hooks"][0]["command"].split()[0] for each in settings["hooks"]["Stop"]][0] == "say"
    assert len(settings["hooks"]["Stop"]) == 2
    assert list(settings) == ["permissions", "hooks", "é"]
    assert list(json.loads(now[".mcp.json"])["mcpServers"]) == ["other", "coach"]
    assert b'model = "o"   # kept' in now[".codex/config.toml"]
    assert list(json.loads(now[".cursor/hooks.json"])) == ["hooks", "version"]
    assert now["AGENTS.md"].startswith(FOREIGN["AGENTS.md"].encode())
    assert now[".agents/skills/coach/SKILL.md"] == SKILL.read_bytes()
    assert (shop.root / ".claude/settings.json").stat().st_mode & 0o777 == 0o600

    for host in HOSTS:
        done = shop.coach("agents", "remove", host, "--yes")
        assert done.returncode == 0, done.stderr
    assert files_of(shop) == before
    assert folders_of(shop) == folders
    assert not list((shop.state / "installed").iterdir())
    assert "nothing to change" in shop.coach("agents", "remove", "claude", "--yes").stderr


def test_what_somebody_changed_since_stays_when_coach_is_taken_out(shop):
    shop.coach("agents", "install", "claude", "--yes")
    shop.coach("agents", "install", "codex", "--yes")
    settings = shop.root / ".claude/settings.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "model": "mine"}))
    config = shop.root / ".codex/config.toml"
    config.write_text(f'{config.read_text()}[mcp_servers.later]\ncommand = "y"\n')
    skill = shop.root / ".claude/skills/coach/SKILL.md"
    skill.write_text(skill.read_text() + "mine\n")
    done = shop.coach("agents", "remove", "claude", "--yes")
    assert (done.returncode, "changed since" in done.stderr) == (1, True)
    shop.coach("agents", "remove", "codex", "--yes")
    assert json.loads(settings.read_text()) == {"model": "mine"}
    assert config.read_text() == '[mcp_servers.later]\ncommand = "y"\n'
    assert skill.read_text().endswith("mine\n")
    assert not (shop.root / ".codex/hooks.json").exists()
    assert not (shop.root / ".agents").exists()


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        (".claude/settings.json", '{"a": 1, // note\n}', "no plain JSON"),
        (".claude/settings.json", '{"a": 1, "a": 2}', "a key twice"),
        (".claude/settings.json", "[]", "no JSON object"),
        (".claude/settings.json", '{"hooks": []}', "'hooks' is not what hosts expect"),
        (".claude/settings.json", '{"hooks": {"Stop": {}}}', "'Stop' is not what hosts expect"),
        (".claude/settings.json", "\xff", "no UTF-8"),
        (".mcp.json", '{"mcpServers": {"coach": {"command": "mine"}}}', "named 'coach' is there already"),
        (".claude/skills/coach/SKILL.md", "mine", "another file of this name"),
    ],
)
def test_what_cannot_be_merged_for_sure_is_left_and_said(shop, name, text, why):
    shop.write(name, "").write_bytes(text.encode("latin-1"))
    done = shop.coach("agents", "install", "claude", "--yes")
    assert done.returncode == 1
    assert why in done.stderr
    assert (shop.root / name).read_bytes() == text.encode("latin-1")


@pytest.mark.parametrize(
    "text",
    ["mcp_servers = {}\n", "[mcp_servers.coach]\ncommand = 'mine'\n", "a = ", "[[mcp_servers]]\na = 1\n"],
)
def test_toml_that_would_mean_something_else_is_left(text):
    with pytest.raises(CannotMerge):
        MERGES["toml"].put(text, (FOLDER / "mcp/codex.toml").read_text())


def test_a_link_out_of_the_project_is_not_followed(shop, tmp_path):
    elsewhere = tmp_path / "home"
    elsewhere.mkdir()
    (shop.root / ".cursor").symlink_to(elsewhere)
    done = shop.coach("agents", "install", "cursor", "--yes")
    assert (done.returncode, "leads out of the project" in done.stderr) == (1, True)
    assert list(elsewhere.iterdir()) == []


def test_files_of_the_user_lie_where_the_host_looks(shop, tmp_path):
    home, moved = tmp_path / "home", tmp_path / "codex"
    home.mkdir()
    own = {"HOME": str(home), "CODEX_HOME": str(moved)}
    before = files_of(shop)
    for host in ("claude", "codex", "cursor"):
        done = shop.coach("agents", "install", host, "--scope", "user", "--yes", **own)
        assert done.returncode == 0, done.stderr
    assert shop.coach("agents", "install", "agents-md", "--scope", "user", **own).returncode == 2
    made = {
        str(each.relative_to(tmp_path)) for each in (*home.rglob("*"), *moved.rglob("*")) if each.is_file()
    }
    assert made == {
        "home/.claude/settings.json",
        "home/.claude/skills/coach/SKILL.md",
        "home/.agents/skills/coach/SKILL.md",
        "codex/hooks.json",
        "codex/config.toml",
        "home/.cursor/hooks.json",
        "home/.cursor/mcp.json",
        "home/.cursor/skills/coach/SKILL.md",
    }
    assert files_of(shop) == before


def test_the_program_that_is_written_can_be_started(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert os.access(own_program()[0], os.X_OK)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert own_program() == ("coach",)


def program(folder, body):
    """Put a program named coach into a folder of its own; return that folder."""
    folder.mkdir()
    (folder / "coach").write_text(f"#!/bin/sh\n{body}\n")
    (folder / "coach").chmod(0o755)
    return str(folder)


def fired(shop, **env):
    done = shop.coach("doctor", "--hooks", "--json", **env)
    return done.returncode, {each["name"]: each for each in json.loads(done.stdout)}


def test_doctor_fires_each_hook_and_says_whether_its_host_would_hear_it(shop, tmp_path):
    alone = {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    code, none = fired(shop, **alone)
    assert (code, none["hooks"]["found"]) == (0, "none is installed")
    for host in ("claude", "cursor"):
        shop.coach("agents", "install", host, "--yes", **alone)
    code, seen = fired(shop, **alone)
    assert code == 0, seen
    assert set(seen) == {f"{host} {event}" for host in ("claude", "cursor") for event in MOMENTS[host]}
    assert "heard: a refusal" in seen["claude PreToolUse"]["found"]
    assert "heard: a refusal" in seen["cursor stop"]["found"]
    assert "heard: a text" in seen["claude SessionStart"]["found"]
    assert "heard: nothing" in seen["cursor preCompact"]["found"]

    settings = shop.root / ".claude/settings.json"
    held = json.loads(settings.read_text())
    held["hooks"] = {"Stop": held["hooks"]["Stop"]}
    settings.write_text(json.dumps(held))
    (shop.root / ".cursor/hooks.json").unlink()
    for number, (body, why) in enumerate(
        {
            "exit 1": "exit code 1: the host ignores",
            "echo oh >&2; exit 127": "exit code 127, the program cannot be started: the host goes on as if there were no hook (oh)",
            "exit 2": "refuses whatever",
            "echo done": "no JSON",
            'echo \'{"decision": "deny"}\'': "none that this host understands",
            "exit 0": "said nothing where a refusal was asked for",
        }.items()
    ):
        code, seen = fired(
            shop, **alone | {"PATH": f"{program(tmp_path / str(number), body)}:{alone['PATH']}"}
        )
        assert code == 1
        assert why in seen["claude Stop"]["found"]
        assert "coach agents install claude" in seen["claude Stop"]["do"]
        assert "no hook for it" in seen["claude PreToolUse"]["found"]
    code, seen = fired(shop, **alone | {"PATH": "/usr/bin:/bin"})
    assert "coach is not found, exit code 127" in seen["claude Stop"]["found"]


def test_doctor_starts_no_program_that_a_repository_names(shop, tmp_path):
    evil = program(tmp_path / "evil", f"touch {tmp_path}/ran")
    hook = {"type": "command", "command": f"{evil}/coach hook claude Stop"}
    held = {
        "disableAllHooks": True,
        "hooks": {
            "Stop": [
                {
                    "hooks": [
                        hook,
                        {**hook, "command": "rm -r x"},
                        {**hook, "command": "'coach hook claude Stop"},
                        3,
                    ]
                },
                4,
            ],
            "X": 5,
        },
    }
    shop.write(".claude/settings.json", json.dumps(held))
    code, seen = fired(shop, HOME=str(tmp_path))
    assert code == 1
    assert "no shell can read" in seen["claude Stop"]["found"]
    assert "no hook runs" in seen["claude"]["found"]
    assert not (tmp_path / "ran").exists()
