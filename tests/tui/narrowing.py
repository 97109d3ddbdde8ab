"""Stories of what came after the five steps: loops, measured suspects, mutations, searches."""

from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.localize.spectrum import FunctionCount, LineCount, Spectrum
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.loops.attempt import Attempt
from coach.core.search.flake_axes import Measured, Table
from coach.core.search.kinds import (
    AxisFound,
    Commit,
    CommitFound,
    EditsFound,
    InputReduced,
    NotARegression,
    PollutersFound,
)
from coach.core.search.request import SearchRequest, SearchResult, Tried
from tests.tui import fakes


def attempt(run: int, **more: object) -> ev.AttemptRead:
    values = {"run": run, "base_run": run - 1, "changes": fakes.CHANGES}
    return ev.AttemptRead(attempt=Attempt.model_validate({**values, **more}))


def edited(number: int, *, by: str = "", **more: object) -> list[ev.Event]:
    """Return an edit, the run after it and what was read of it."""
    return [
        ev.EditSeen(paths=("shop/cart.py", "shop/discount.py")),
        *fakes.ran(
            number,
            fakes.failure(),
            purpose="feedback",
            warm=True,
            duration=0.06,
            tree=f"t{number}",
            reference=fakes.REFERENCE,
        ),
        attempt(number, by=by, **more),
    ]


def noticed(level: str = "banner", run: int = 6, **more: object) -> ev.LoopNoticed:
    values = {
        "pattern": "no-effect",
        "level": level,
        "run": run,
        "evidence": (4, 5, 6),
        "place": fakes.TEST,
        "sentence": "Patches #4, #5 and #6 leave the same failure.",
        "move": "Look at the state before the next edit: back to Isolate.",
        "action": "go-to-step",
        "step": "isolate",
        "restore_run": 3,
    }
    return ev.LoopNoticed.model_validate({**values, **more})


def loop(level: str = "banner") -> list[ev.Event]:
    """Return three patches without effect, the last by an assistant, and the notice."""
    return [
        *fakes.story("isolate"),
        fakes.entered("hypothesize"),
        *edited(4, nature="observing"),
        *edited(5),
        ev.HandedOver(to="claude"),
        *edited(6, by="claude"),
        noticed(level),
    ]


SPECTRUM = Spectrum(
    test=fakes.TEST,
    tree="t1",
    run=4,
    passing=11,
    lines_seen=64,
    functions=(
        FunctionCount(
            path="shop/cart.py",
            function="total",
            first=14,
            last=21,
            size=7,
            passing=3,
            lines=(LineCount(line=20, passing=0), LineCount(line=18, passing=3)),
        ),
    ),
)
FLIPS = (
    Flip(
        path="shop/cart.py",
        function="total",
        line=19,
        kind="comparison",
        before="len(items) > 2",
        after="len(items) <= 2",
        neighbours=11,
        green=11,
    ),
    Flip(
        path="shop/cart.py",
        function="total",
        line=18,
        kind="constant",
        before="0.0",
        after="1.0",
        neighbours=11,
        green=4,
        silences=True,
    ),
)
MUTATIONS = Mutations(
    test=fakes.TEST, tree="t1", tried=34, planned=40, seconds=8.2, ended="budget", flips=FLIPS
)
TIED = tuple(
    Suspect(
        path=f"shop/{name}.py",
        function=name,
        line=7,
        score=0.5,
        probability=0.01,
        leads=False,
        rank=2,
        ties=4,
        reasons=("run by the failing test and by 3 of 11 passing ones",),
    )
    for name in ("discount", "item", "price", "round")
)
MEASURED = (
    Suspect(
        path="shop/cart.py",
        function="total",
        line=19,
        score=1.4,
        probability=0.94,
        kinds=("line", "flip"),
        rank=1,
        code=fakes.CODE,
        code_start=14,
        suspiciousness=1.0,
        best_lines=(19, 20, 18),
        reasons=("run by the failing test and by none of 11 passing ones", "raised here"),
    ),
    *TIED,
    Suspect(
        path="shop/voucher.py",
        function="apply",
        line=3,
        ran=False,
        leads=False,
        rank=6,
        reasons=("named like the test, and the failing test never runs it",),
    ),
)


def measured() -> list[ev.Event]:
    return [
        *fakes.story("isolate"),
        fakes.started(4, "trace", trace=True, focus=fakes.TEST),
        fakes.finished(4),
        ev.SpectrumMeasured(spectrum=SPECTRUM),
        fakes.started(5, "mutants", mutate=10.0, focus=fakes.TEST),
        fakes.finished(5),
        ev.MutantsTried(mutations=MUTATIONS),
        ev.SuspectsRanked(run=3, suspects=MEASURED),
    ]


def began(kind: str, **more: object) -> ev.SearchBegan:
    values = {
        "number": 1,
        "kind": kind,
        "target": fakes.TARGET,
        "base_label": "#3, which passed",
        "input": "orders.json",
    }
    return ev.SearchBegan(search=SearchRequest.model_validate({**values, **more}))


def progressed(*outcomes: str, doing: str = "2 of 7 hunks") -> ev.SearchProgressed:
    tried = tuple(
        Tried.model_validate({"key": str(n), "label": f"try {n}", "outcome": outcome})
        for n, outcome in enumerate(outcomes)
    )
    return ev.SearchProgressed(number=1, tried=tried, doing=doing)


FOUND = {
    "edits": EditsFound(files=fakes.CHANGES.files[:1], of=7, base_label="#3, which passed"),
    "commits": CommitFound(
        commits=(
            Commit(id="9f8e7d6c5b4a1234", subject="Cart: discount from three items on", at=1_763_000_000),
        ),
        good=Commit(id="1a2b3c4d5e6f", subject="Cart: tests of the total"),
        of=41,
        files=fakes.CHANGES.files,
        belief=0.97,
    ),
    "not-a-regression": NotARegression(commits_back=64, unresolved=2),
    "order": PollutersFound(
        victim=fakes.TEST,
        polluters=("tests/test_rates.py::test_rate_is_kept",),
        of=38,
        leaked=("shop.rates.CACHE", "os.environ['TZ']"),
    ),
    "flake": AxisFound(
        table=Table(
            rows=(
                Measured(condition="alone", failures=0, runs=3, low=0.0, high=0.56),
                Measured(condition="whole order", failures=3, runs=3, unresolved=1, low=0.44, high=1.0),
            ),
            axis="order",
            sentence="alone it passes; whole order it fails: an earlier test spoils it",
        )
    ),
    "input": InputReduced(
        path="orders.json",
        reduced="/state/reduced/orders.json",
        bytes_before=48_112,
        bytes_after=37,
        lines_after=1,
        is_minimal=True,
        preview='{"items": [1, 2, 3], "discount": 0.1}',
    ),
}


def ended(
    found: str = "edits", how: str = "found", sentence: str = "2 of 7 hunks make it fail"
) -> ev.SearchEnded:
    result = {"how": how, "sentence": sentence, "probes": 9, "known": 2, "seconds": 12.4}
    return ev.SearchEnded(number=1, result=SearchResult.model_validate({**result, "found": FOUND.get(found)}))


def searching(kind: str = "edits") -> list[ev.Event]:
    return [*fakes.story("isolate"), began(kind), progressed("FAIL", "PASS", "UNRESOLVED", "PASS")]


def searched(found: str) -> list[ev.Event]:
    kind = "commits" if found == "not-a-regression" else found
    return [*fakes.story("isolate"), began(kind), progressed("FAIL", "PASS"), ended(found)]


def restored(**more: object) -> ev.TreeRestored:
    values = {"tree": "t1", "before": "t6", "why": "as in #3", "paths": ("shop/cart.py",)}
    return ev.TreeRestored.model_validate({**values, **more})
