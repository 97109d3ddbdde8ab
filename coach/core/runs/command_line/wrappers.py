"""The command that another one starts: behind variables, ``timeout 60``, ``poetry run`` and the like."""

import re
from collections.abc import Collection, Sequence
from posixpath import basename

_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_DURATION = re.compile(r"\d+(?:\.\d+)?[smhd]?")
_PLAIN = re.compile(
    r"time|gtime|env|sudo|nohup|exec|command|stdbuf|xvfb-run|nice|ionice|setsid|unbuffer|catchsegv|chronic|npx|bunx|dotenv"
    r"|do|then|else|elif|if|while|until|!|\{|\("
)
_RUN_BY = {
    **dict.fromkeys(("poetry", "uv", "pipenv", "pdm", "rye", "hatch", "pixi", "conda", "mamba"), ("run",)),
    "micromamba": ("run",),
    "bundle": ("exec",),
    **dict.fromkeys(("pnpm", "yarn"), ("exec", "dlx")),
    "npm": ("exec", "x"),
    **dict.fromkeys(("docker", "podman"), ("exec", "run")),
}
"""Programs that run another one, and the word between the two."""
_TAKE = frozenset(
    {
        "-n",
        "-c",
        "-u",
        "-p",
        "-k",
        "-s",
        "-e",
        "-w",
        "-v",
        "-o",
        "-i",
        "--name",
        "--python",
        "--with",
        "--group",
    }
    | {"--extra", "--package", "--project", "--user", "--env", "--workdir", "--prefix", "--directory"}
    | {"--signal", "--only-group"}
)
"""Options of all these that have a value in the next word."""
_MOST_WRAPPERS = 12


def without_wrappers(words: Sequence[str]) -> tuple[str, ...]:
    """Return the command that is started in the end."""
    words = tuple(words)
    for _ in range(_MOST_WRAPPERS):
        inner = _inner(words)
        if inner is None:
            return words
        words = inner
    return words


def after_options(words: Sequence[str], take: Collection[str] = ()) -> tuple[str, ...]:
    """Leave out the options that words begin with; ``take``: those that have a value in the next word."""
    words = tuple(words)
    while words and words[0].startswith("-") and words[0] != "-":
        is_last = words[0] == "--"
        words = words[2:] if words[0] in take else words[1:]
        if is_last:
            break
    return words


def _inner(words: tuple[str, ...]) -> tuple[str, ...] | None:
    name = basename(words[0]) if words else ""
    if not words:
        return None
    if _ASSIGNED.match(words[0]):
        return words[1:]
    if _PLAIN.fullmatch(name):
        return after_options(words[1:], _TAKE)
    if name in {"timeout", "gtimeout"}:
        rest = after_options(words[1:], {"-s", "-k", "--signal", "--kill-after"})
        return rest[1:] if rest and _DURATION.fullmatch(rest[0]) else rest
    return _started_by(name, words[1:]) if name in _RUN_BY else None


def _started_by(name: str, rest: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the command that a tool for environments or containers runs; None when it runs none."""
    is_container = name in {"docker", "podman"}
    rest = after_options(rest, _TAKE)
    if is_container and rest[:1] == ("compose",):
        rest = after_options(rest[1:], _TAKE)
    if not rest or rest[0] not in _RUN_BY[name]:
        return None
    inner = after_options(rest[1:], _TAKE)
    return inner[1:] if is_container else inner
