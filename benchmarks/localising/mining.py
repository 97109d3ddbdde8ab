"""Find defects in the history of repositories: fixes whose own tests are red without them and green with them.

    .venv/bin/python benchmarks/localising/mining.py --mirrors FOLDER --python PATH --set holdout OWNER/NAME ... >> rows.toml

Prints rows for ``benchmarks/historical.toml``: facts, never code. Clones lie in FOLDER as ``NAME.git`` and are read only.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

sys.path.insert(0, str(Path(__file__).parent.parent))

from coach.core.drill.changed_places import Place, is_one_line, places
from localising.checkouts import change_of, clone_of, git, only_sources_and_texts, text_at, undo

MAX_SOURCES = 3
MAX_LINES = 40
"""Changed lines of the sources together: beyond that a fix is rather a rewrite."""
MAX_PLACES = 4
SECONDS = 90
"""For one run of the fix's test files: slower ones make no good benchmark."""


def candidates(clone: Path, most: int) -> Iterator[str]:
    """Yield commits whose message speaks of a fix, newest first."""
    found = git(
        clone, "log", "--no-merges", "-i", "-E", r"--grep=\b(fix|fixes|fixed|bug)\b", "--format=%H", "HEAD"
    )
    yield from found.split()[:most]


def is_small_fix(clone: Path, fix: str) -> bool:
    change = change_of(clone, fix)
    if not 1 <= len(change.sources) <= MAX_SOURCES or not only_sources_and_texts(change):
        return False
    if not any(each.endswith(".py") for each in change.tests):
        return False
    rows = git(clone, "diff", "--numstat", "--no-renames", f"{fix}^", fix, "--", *change.sources).splitlines()
    counts = [row.split("\t")[:2] for row in rows]
    return (
        all(count.isdigit() for row in counts for count in row)
        and sum(max(int(added), int(gone)) for added, gone in counts) <= MAX_LINES
    )


def answers(clone: Path, fix: str) -> tuple[list[Place], bool]:
    """Return the right places of a defect, and whether one line holds it."""
    found: list[Place] = []
    small = []
    for path in change_of(clone, fix).sources:
        before, after = text_at(clone, f"{fix}^", path), text_at(clone, fix, path)
        if before:
            here = places(path, before, after)
            found += here
            small += [is_one_line(before, after)] if here else []
    return found, small == [True]


def run(root: Path, python: str, files: list[str]) -> dict[str, str]:
    """Run test files; returns node id → passed, failed, error or skipped; nothing when the run was cut off."""
    report = root.parent / "report.xml"
    report.unlink(missing_ok=True)
    words = [
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junit-xml={report}",
        "-o",
        "junit_family=xunit1",
    ]
    try:
        subprocess.run(
            [*words, *files],
            cwd=root,
            env={**os.environ, "PYTHONPATH": f"src{os.pathsep}.", "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=SECONDS,
            capture_output=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {}
    return dict(_outcomes(report, root)) if report.exists() else {}


def _outcomes(report: Path, root: Path) -> Iterator[tuple[str, str]]:
    for case in ET.parse(report).iter("testcase"):
        file = case.get("file") or ""
        module = file.removesuffix(".py").replace("/", ".")
        inner = (case.get("classname") or "").removeprefix(module).strip(".")
        parts = [file, *(inner.split(".") if inner else ()), case.get("name") or ""]
        kinds = [each.tag for each in case if each.tag in {"failure", "error", "skipped"}]
        if file and (root / file).exists():
            yield "::".join(parts), kinds[0] if kinds else "passed"


def test_of(work: Path, clone: Path, fix: str, python: str) -> str:
    """Return a test that is red without the fix and green with it; empty when there is none."""
    change = change_of(clone, fix)
    git(work, "checkout", "--quiet", "--force", "--detach", fix)
    git(work, "clean", "-dfxq")
    files = [each for each in change.tests if _holds_tests(work, each)]
    if not files:
        return ""
    undo(work, fix, change.sources)
    red = run(work, python, files)
    if "failure" not in red.values():
        return ""
    git(work, "checkout", "--quiet", "--force", "--detach", fix)
    green = run(work, python, files)
    good = [test for test, kind in red.items() if kind == "failure" and green.get(test) == "passed"]
    return next((each for each in good if each.isascii() and "'" not in each), "")


def _holds_tests(work: Path, path: str) -> bool:
    name = path.rpartition("/")[2]
    return (work / path).exists() and name.endswith(".py") and bool(re.match(r"test|.*_tests?\.py$", name))


def mine(clone: Path, python: str, wanted: int, most: int) -> Iterator[tuple[str, str]]:
    """Yield pairs of a fix and its failing test."""
    with tempfile.TemporaryDirectory(prefix="mining-") as scratch:
        work = Path(scratch, "work")
        git(clone, "clone", "--quiet", "--shared", "--no-checkout", str(clone.resolve()), str(work))
        count = 0
        for fix in candidates(clone, most):
            try:
                if not is_small_fix(clone, fix):
                    continue
                right, _ = answers(clone, fix)
                test = test_of(work, clone, fix, python) if 0 < len(right) <= MAX_PLACES else ""
            except (subprocess.SubprocessError, SyntaxError, OSError, ET.ParseError) as error:
                print(f"# {clone.name} {fix[:10]}: {type(error).__name__}", file=sys.stderr)
                continue
            if test:
                yield fix, test
                count += 1
                if count == wanted:
                    return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", metavar="OWNER/NAME")
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument(
        "--python", default=sys.executable, help="an interpreter with pytest and what the tests need"
    )
    parser.add_argument("--set", choices=["tuning", "holdout"], required=True)
    parser.add_argument("--wanted", type=int, default=4, help="defects a repository")
    parser.add_argument("--most", type=int, default=150, help="fixes looked at in a repository")
    args = parser.parse_args()
    for repository in args.repositories:
        for fix, test in mine(clone_of(args.mirrors, repository), args.python, args.wanted, args.most):
            rows = {"repository": repository, "fix": fix, "test": test, "set": args.set}
            print("\n[[defect]]", *(f"{key} = '{text}'" for key, text in rows.items()), sep="\n", flush=True)


if __name__ == "__main__":
    main()
