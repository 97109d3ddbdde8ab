"""Nine foreign defects walked by the keys that the screen offers, from `coach debug` to *closed: verified*.

    python benchmarks/walks.py [--only NAME] [--keep FOLDER] [--offline FOLDER] [--go-on]

Each project is fetched from its registry, made a repository, proven green, given one defect (``walks.toml``). Then the real
program runs in a real terminal, 120x38 and 80x24 in turns, and only the keys lit as the next move are pressed; forms are kept
as they come filled; the right edit is made when the screen asks for a change. Goal: every walk is closed as verified, with at
most 20 keys and no detour. Exit code 1 when one does not reach that. ``--keep`` leaves the projects, the sessions and a
transcript of every screen; ``--offline`` uses a folder of packages fetched before; ``--go-on`` types a sentence where a form
cannot be kept as filled, to see what comes behind it.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from foreign import Foreign, Preparing, foreign, surroundings

sys.path.insert(0, str(Path(__file__).parent.parent))

from coach.core.session.fold import replay
from coach.store.log import read_log
from tests.e2e.terminal import Terminal
from tests.e2e.walking import MAX_KEYS, Walk, Walker

SIZES = ((120, 38), (80, 24))


def main() -> int:
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="walks-") as scratch:
        home = Path(asked.keep or scratch).resolve()
        fetched = Path(asked.offline or home / "fetched").resolve()
        for folder in (home, fetched, home / "caches", home / "states", home / "projects"):
            folder.mkdir(parents=True, exist_ok=True)
        rows = []
        for number, project in enumerate(foreign()):
            if asked.only in project.name:
                walk = walked(project, SIZES[number % 2], home, fetched, go_on=asked.go_on)
                rows.append((project, walk))
                print(line(project, walk), flush=True)
    return summary(rows)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="only the projects whose name holds this")
    parser.add_argument("--keep", help="leave projects, sessions and transcripts in this folder")
    parser.add_argument("--offline", help="a folder of packages; what is not there yet is fetched into it")
    parser.add_argument("--go-on", action="store_true", help="type a sentence where a form is not filled")
    return parser.parse_args()


def walked(project: Foreign, size: tuple[int, int], home: Path, fetched: Path, *, go_on: bool) -> Walk:
    """Prepare one project and walk it; a project that cannot be prepared is a walk that did not begin."""
    state, transcript = home / "states" / project.name, home / f"{project.name}.txt"
    for left in (state, home / "projects" / project.name):
        shutil.rmtree(left, ignore_errors=True)
    preparing = Preparing(project, home / "projects", fetched, home / "caches")
    try:
        root = preparing.prepare()
    except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
        return Walk(why=f"not prepared: {problem}")
    state.mkdir(parents=True)
    (state / "welcomed").touch()
    columns, lines = size
    environment = surroundings(home / "caches") | {"COACH_STATE_DIR": str(state)}
    words = [sys.executable, "-m", "coach", "debug", *project.target]
    with transcript.open("w") as log:
        began = time.monotonic()

        def told(step: str, text: str) -> None:
            log.write(f"\n==== {time.monotonic() - began:.0f} s  {step}\n{text}\n")
            log.flush()

        screen = Terminal(words, cwd=root, env=environment, columns=columns, lines=lines)
        walker = Walker(screen, preparing.edit, told, on=go_on)
        try:
            walk = walker.go()
        finally:
            walker.leave()
            transcript.with_suffix(".bytes").write_bytes(screen.bytes)
    walk.rests_on = verdict_of(state)
    return walk


def verdict_of(state: Path) -> str:
    """Return the sentence of the newest verification in the session's own log: what the verdict rests on."""
    for folder in state.glob("sessions/*"):
        proof = replay(read_log(folder).records).verification
        return proof.sentence if proof else "nothing was verified"
    return "no session was begun"


def line(project: Foreign, walk: Walk) -> str:
    told = f"{project.name:<13} {len(walk.keys):>3} keys {walk.seconds:>5.0f} s  {walk.verdict or 'not closed':<10}"
    told += f" {len(walk.detours)} detours  {' '.join(walk.keys)}"
    told += "".join(f"\n    - {each}" for each in walk.detours)
    told += f"\n    = {walk.rests_on}" if walk.rests_on else ""
    return told + (f"\n    ! {walk.why}" if walk.why else "")


def summary(rows: list[tuple[Foreign, Walk]]) -> int:
    print(f"\n{'project':<13} {'keys':>4} {'s':>4}  {'verdict':<10} {'detours':>7}  kind")
    for project, walk in rows:
        verdict = walk.verdict or "not closed"
        print(
            f"{project.name:<13} {len(walk.keys):>4} {walk.seconds:>4.0f}  {verdict:<10} {len(walk.detours):>7}  {project.kind}"
        )
    good = [walk for _, walk in rows if walk.is_verified and len(walk.keys) <= MAX_KEYS]
    straight = [walk for walk in good if not walk.detours]
    print(
        f"{len(good)} of {len(rows)} closed as verified, {len(straight)} of them without a detour", end="; "
    )
    print(f"{sum(len(walk.keys) for _, walk in rows)} keys in all")
    return 0 if len(good) == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
