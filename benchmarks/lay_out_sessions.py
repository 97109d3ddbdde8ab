"""Lay the transcripts that the labels name out of git mirrors into a folder: ``python benchmarks/lay_out_sessions.py MIRRORS FOLDER``.

MIRRORS holds a git directory for each repository, ``OWNER+NAME`` or ``OWNER+NAME/repo``. FOLDER then holds ``OWNER+NAME/PATH``, which is
what ``coach loops score --real FOLDER`` reads. Only the named files are written, at the named commits; nothing is run.
"""

import argparse
import subprocess
import tomllib
from pathlib import Path

LABELS = Path(__file__).parent / "labelled_sessions"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    wanted = sorted(
        {place for file in LABELS.glob("*.toml") for place in places(tomllib.loads(file.read_text()))}
    )
    laid = [lay(args.mirrors, args.folder, *place) for place in wanted]
    print(f"{sum(laid)} of {len(laid)} transcripts laid out in {args.folder}")


def places(labels: dict) -> set[tuple[str, str, str]]:
    """Return (repository, commit, path) of every session."""
    sources = labels["sources"]
    return {
        (sources[each["source"]]["repository"], sources[each["source"]]["commit"], each["path"])
        for each in labels["sessions"]
    }


def lay(mirrors: Path, folder: Path, repository: str, commit: str, path: str) -> bool:
    """Write one transcript; returns whether the mirror holds it."""
    name = repository.replace("/", "+")
    mirror = mirrors / name / "repo" if (mirrors / name / "repo").is_dir() else mirrors / name
    command = ["git", "-C", str(mirror), "cat-file", "blob", f"{commit}:{path}"]
    done = subprocess.run(command, capture_output=True, check=False) if mirror.is_dir() else None
    if done is None or done.returncode:
        print(f"not there: {repository} {path}")
        return False
    place = folder / name / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(done.stdout)
    return True


if __name__ == "__main__":
    main()
