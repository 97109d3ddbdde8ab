"""One defect, however it was come by, and how it is laid out as somebody's project."""

import ast
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from coach.core.drill.changed_places import Place
from localising.checkouts import clone_of, commit_all, committed, uncommitted

Variant = Literal["committed", "uncommitted"]
"""Whether the failing test is committed as everything is, or is new in the work tree on top of what is committed."""


@dataclass(frozen=True)
class Defect:
    id: str
    set: str
    group: str
    """The project it lies in."""
    origin: str
    """``planted``, ``by hand`` or ``historical``."""
    kind: str
    test: str
    places: tuple[Place, ...]
    is_small: bool
    """Whether one line holds it all."""
    can_be_undone: bool
    lay_out: Callable[[Path, Variant], None]
    python: str

    def is_right(self, path: str, function: str, line: int) -> bool:
        return any(each.holds(path, function, line) for each in self.places)

    def is_line(self, path: str, line: int) -> bool:
        return any(each.path == path and line in each.lines for each in self.places)


@dataclass(frozen=True)
class Planting:
    """A defect that was planted in a package; what a search for plantings found, as it is kept between runs."""

    package: str
    path: str
    function: str
    kind: str
    lines: tuple[int, ...]
    text: str
    is_small: bool
    test: str
    can_be_undone: bool
    """Whether a mutant of coach's gives back the right file."""

    @property
    def name(self) -> str:
        return f"{self.package}-{self.function}-{self.kind}".replace(" ", "-").replace(",", "")


def keep(file: Path, plantings: Sequence[Planting]) -> None:
    file.write_text(json.dumps([asdict(each) for each in plantings]), "utf-8")


def kept(file: Path) -> list[Planting]:
    rows = json.loads(file.read_text("utf-8"))
    return [Planting(**{**row, "lines": tuple(row["lines"])}) for row in rows]


def planted(planting: Planting, which: str, source: Path, python: str) -> Defect:
    """Make a defect of a planting; ``source`` is the right package, unpacked."""

    def lay_out(folder: Path, variant: Variant) -> None:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__", ".git"))
        (folder / planting.path).write_text(planting.text, "utf-8")
        file = folder / planting.test.partition("::")[0]
        whole = file.read_bytes()
        if variant == "uncommitted":
            file.write_text(without_test(whole.decode(), planting.test), "utf-8")
        commit_all(folder, "everything")
        file.write_bytes(whole)

    origin = "by hand" if planting.kind == "by hand" else "planted"
    place = Place(planting.path, planting.function, planting.lines)
    return Defect(
        id=planting.name,
        set=which,
        group=planting.package,
        origin=origin,
        kind=planting.kind,
        test=planting.test,
        places=(place,),
        is_small=planting.is_small,
        can_be_undone=planting.can_be_undone,
        lay_out=lay_out,
        python=python,
    )


def historical(row: dict[str, str], found: tuple[list[Place], bool], mirrors: Path, python: str) -> Defect:
    """Make a defect of a row of ``historical.toml`` and of what its fix changes."""
    clone = clone_of(mirrors, row["repository"])

    def lay_out(folder: Path, variant: Variant) -> None:
        (committed if variant == "committed" else uncommitted)(clone, row["fix"], folder)

    name = f"{clone.stem}-{row['fix'][:10]}"
    right, is_small = found
    return Defect(
        id=name,
        set=row["set"],
        group=clone.stem,
        origin="historical",
        kind="historical",
        test=row["test"],
        places=tuple(right),
        is_small=is_small,
        can_be_undone=False,
        lay_out=lay_out,
        python=python,
    )


def without_test(source: str, test: str) -> str:
    """Return a test file before its newest test was written: a `pass` stands where that one is.

    A test that a class has from another file stays where it is: nothing of this file is new then.
    """
    name = test.rpartition("::")[2].partition("[")[0]
    owners = [each.partition("[")[0] for each in test.split("::")[1:-1]]
    tree = ast.parse(source)
    found = [tree, *(each for each in ast.walk(tree) if getattr(each, "name", "") in owners)]
    node = next(
        (each for owner in reversed(found) for each in ast.walk(owner) if getattr(each, "name", "") == name),
        None,
    )
    if node is None:
        return source
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    lines = source.split("\n")
    indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
    return "\n".join([*lines[: first - 1], f"{indent}pass", *lines[node.end_lineno :]])
