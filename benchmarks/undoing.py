"""Whether some mutant of a wrong line gives the fixed file, for the one-line fixes of public repositories' histories.

    .venv/bin/python benchmarks/undoing.py --mirrors FOLDER [--verbose] [--most 400]

Fixes are those commits that replace one line of one source file and touch a test file; what is no defect (versions,
docstrings, annotations, messages, names of Python 2) is left out. Clones lie in FOLDER as ``NAME.git`` and are read only; their repositories
are those of ``historical.toml`` on which one may tune. On one half of them operators are fitted, cases of the other
half are never looked at: ``--verbose`` tells the fitted half alone. Nothing is run: a mutant that undoes a fix may still not have its turn.
"""

import argparse
import ast
import statistics
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from localising.checkouts import by_kind, clone_of, git, text_at
from localising.undone import Undone

from coach.core.drill.changed_places import is_one_line, places
from coach.core.localize.mutation.mutants import Mutant, Place, mutants
from coach.core.loops.analysis.syntax import MODULE

FITTED = frozenset({"boltons", "Box", "funcy", "glom", "jinja", "marshmallow", "pydash"})
"""Repositories whose cases may be looked at; those of the others may not."""
MAX_LINES = 6
"""Changed lines of a source file, comments and documentation counted: beyond that it is hardly a one-line fix."""
_PYTHON_2 = frozenset(
    {
        "basestring",
        "unicode",
        "long",
        "xrange",
        "izip",
        "imap",
        "iteritems",
        "itervalues",
        "iterkeys",
        "text_type",
    }
    | {
        "string_types",
        "unichr",
        "raw_input",
        "reduce",
        "cmp",
        "has_key",
        "func_name",
        "im_func",
        "implements_to_string",
    }
)
_TELLING = frozenset({"warn", "warning", "error", "info", "debug", "exit", "deprecated", "fail"})


@dataclass(frozen=True)
class Fix:
    repository: str
    commit: str
    subject: str
    path: str
    before: str
    after: str
    test: str
    """The text of the first test file that it touches."""


@dataclass
class Outcome:
    """What mutants did for the fixes of one half."""

    ranks: list[int] = field(default_factory=list)
    """Of those undone, from 1."""
    sizes: list[int] = field(default_factory=list)
    """Mutants of each wrong line."""
    undone: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    """By kind, over all fixes."""

    def take(self, found: Sequence[Mutant], rank: int) -> None:
        self.sizes.append(len(found))
        self.tried.update(each.kind for each in found)
        if rank:
            self.ranks.append(rank)
            self.undone[found[rank - 1].kind] += 1

    def told(self) -> Iterator[str]:
        count = len(self.sizes)
        share = f"{len(self.ranks) / count:.0%}" if count else "-"
        rank = statistics.median(self.ranks) if self.ranks else 0
        yield f"{count} fixes, undone {len(self.ranks)} ({share}), median rank {rank:g}, "
        yield f"{statistics.mean(self.sizes) if count else 0:.1f} mutants a line"


def fixes_of(clone: Path, most: int) -> Iterator[Fix]:
    """Yield one-line fixes with a test, newest first."""
    log = git(
        clone, "log", "--no-merges", "--no-renames", "--format=@%H %s", "--numstat", "HEAD", "--", "*.py"
    )
    count = 0
    for commit in log.split("\n@"):
        head, *rows = [line for line in commit.removeprefix("@").splitlines() if line]
        name, _, subject = head.partition(" ")
        changed = {path: (added, gone) for added, gone, path in (row.split("\t", 2) for row in rows)}
        change = by_kind(list(changed))
        if len(change.sources) != 1 or not change.tests or not _is_small(*changed[change.sources[0]]):
            continue
        path = change.sources[0]
        before, after = text_at(clone, f"{name}^", path), text_at(clone, name, path)
        if before and is_defect(path, before, after):
            test = text_at(clone, name, change.tests[0])
            yield Fix(clone.stem, name, subject, path, before, after, test)
            count += 1
            if count == most:
                return


def _is_small(added: str, gone: str) -> bool:
    return added.isdigit() and gone.isdigit() and max(int(added), int(gone)) <= MAX_LINES and gone != "0"


def is_defect(path: str, before: str, after: str) -> bool:
    """Whether one line is replaced by another that behaves differently, as far as texts tell."""
    try:
        if not is_one_line(before, after) or not places(path, before, after):
            return False
        one, other = _behaviour(before), _behaviour(after)
    except (SyntaxError, ValueError, RecursionError):
        return False
    if ast.dump(one) == ast.dump(other):
        return False
    old, new = _names(before), _names(after)
    return not ({*(old - new), *(new - old)} & _PYTHON_2)


def _behaviour(source: str) -> ast.AST:
    return _Silenced().visit(ast.parse(source))


class _Silenced(ast.NodeTransformer):
    """Takes away what only people, packagers or checkers of types read: every text of a raise, an assertion or a log, and imports."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                return ast.Pass()
            case ast.Assign(targets=[ast.Name(id=name)]) if name.strip("_").lower() in {"version", "all"}:
                return ast.Pass()
            case ast.AnnAssign() | ast.arg():
                node.annotation = ast.Constant(None) if isinstance(node, ast.AnnAssign) else None
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                node.returns = None
            case ast.Raise(exc=ast.expr() as told) | ast.Assert(msg=ast.expr() as told):
                _Textless().visit(told)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _TELLING:
                _Textless().visit(node)
        return super().generic_visit(node)


class _Textless(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node


def _names(source: str) -> Counter[str]:
    tree = ast.parse(source)
    found = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    found.update(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return found


def tried(fix: Fix) -> tuple[tuple[Mutant, ...], int]:
    """Return the mutants of the wrong line in their order, and which of them, from 1, undoes it; 0 when none does."""
    undone = Undone(fix.before, fix.after)
    found: tuple[Mutant, ...] = ()
    for place in places(fix.path, fix.before, fix.after):
        names = dict.fromkeys(
            ("" if place.function == MODULE else place.function, "")
        )  # "": it runs at import
        for name in names:
            asked = Place(fix.path, name, place.lines)
            found = mutants([asked], {fix.path: fix.before}, test_source=fix.test) or found
            rank = next((index for index, each in enumerate(found, 1) if undone.is_by(each)), 0)
            if rank:
                return found, rank
    return found, 0


def repositories() -> list[str]:
    rows = tomllib.loads(Path(__file__).with_name("historical.toml").read_text("utf-8"))["defect"]
    return sorted({row["repository"] for row in rows if row["set"] == "tuning"}, key=str.lower)


def _show(fix: Fix) -> None:
    print(f"\nmissed: {fix.repository} {fix.commit[:10]} {fix.path}: {fix.subject}")
    before, after = fix.before.split("\n"), fix.after.split("\n")
    gone = [line for line in before if line not in after]
    print(
        *(f"  - {line}" for line in gone), *(f"  + {line}" for line in after if line not in before), sep="\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--most", type=int, default=400, help="fixes of a repository")
    parser.add_argument("--verbose", action="store_true", help="tell what is missed, of the fitted half")
    args = parser.parse_args()
    halves = {"fitted on": Outcome(), "reported": Outcome()}
    for repository in repositories():
        clone = clone_of(args.mirrors, repository)
        if not clone.exists():
            print(f"no clone of {repository}", file=sys.stderr)
            continue
        half = "fitted on" if clone.stem in FITTED else "reported"
        for fix in fixes_of(clone, args.most):
            found, rank = tried(fix)
            halves[half].take(found, rank)
            if args.verbose and half == "fitted on" and not rank:
                _show(fix)
    for half, outcome in halves.items():
        print(f"{half}: {''.join(outcome.told())}")
    print("\nof the fitted half, by kind: undone, mutants tried")
    fitted = halves["fitted on"]
    for kind, count in sorted(fitted.tried.items(), key=lambda pair: -fitted.undone[pair[0]] / pair[1]):
        print(f"  {kind:20} {fitted.undone[kind]:4} {count:6}")


if __name__ == "__main__":
    main()
