"""Every way out of a session, as a function from what a program printed to what leaves."""

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from coach.cli.commands import seen as seeing
from coach.cli.commands import stats
from coach.core.export import export
from coach.core.export.quoting import Cleaner
from coach.core.history.similar_failure import PastFailure
from coach.core.log import events as ev
from coach.core.loops.attempt import Attempt
from coach.core.redact.redactor import Private, Redactor, placeholders
from coach.core.reports.html import page
from coach.core.reports.markdown import markdown
from coach.core.reports.metrics import Figures
from coach.core.reports.model import tell
from coach.core.reports.statistics import as_json, statistics_of
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.report import Section
from coach.mcp.results import cleaned_answer, frames_answer, run_answer
from coach.session.export_io import LogCleaner
from coach.store.archive import pack
from coach.store.lines import encode
from tests.core.building import Log, failure, report
from tests.redaction.sample import Sample

FRONT, BACK = "what follows was printed", "so much for that"


def session(text: str) -> Log:
    """A session whose failure, output and edit say a text."""
    seen = failure(message=text, sections=(Section(name="Captured stdout call", text=text),))
    hunk = Hunk(old_start=1, old_lines=0, new_start=1, new_lines=9, text=text)
    changes = Changes(base="t0", tree="t1", files=(FileChange(path="shop/x.py", hunks=(hunk,)),))
    log = Log().enter("reproduce").reproduce(*[report(seen)] * 2)
    log.edit("shop/x.py").run(report(seen))
    return log.add(ev.AttemptRead(attempt=Attempt(run=3, base_run=2, changes=changes)))


def _report(text: str, tell_it: Callable[..., str]) -> str:
    redactor = Redactor()
    return redactor.settle(tell_it(tell(session(text).records, ""), Cleaner(redactor, "")))


def _archive(text: str) -> str:
    log = session(text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.coach")
        pack(path, "aaaaaaaa", [encode(each) for each in log.records], LogCleaner(""), {})
        with zipfile.ZipFile(path) as held:
            return "\n".join(_texts([json.loads(line) for line in held.read("log.jsonl").splitlines()]))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _mcp(text: str) -> str:
    redactor = Redactor()
    run = session(text).state.last_run
    assert run is not None
    body = {"evidence": {**run_answer(run), "frames": frames_answer(run), "text": text, text: 1}}
    return "\n".join(_texts(cleaned_answer(body, Cleaner(redactor, ""), redactor)))


def _stats(text: str) -> str:
    figures = [Figures(fixed=1.0, fixed_by=text, loops=(("revert", text),))]
    summed = stats.without_secrets(statistics_of(figures), Redactor())
    return "\n".join([*stats._chart(summed), *_texts(as_json(summed))])


def _seen(text: str) -> str:
    past = PastFailure(session="aaaaaaaa", how="the same", title="x", root_cause=text, fix=text)
    found = seeing.without_secrets([past], Redactor())
    return "\n".join(line for each in found for line in [*seeing._lines(each), *_texts(each.model_dump())])


def _export(style: str) -> Callable[[str], str]:
    return lambda text: export(session(text).state, style=style, budget=12_000, private=Private()).text


WAYS: dict[str, Callable[[str], str]] = {
    "export, Markdown": _export("markdown"),
    "export, XML": lambda text: unescape(_export("xml")(text)),
    "export, JSON": lambda text: "\n".join(_texts(json.loads(_export("json")(text)))),
    "report, HTML": lambda text: unescape(_report(text, page)),
    "report, Markdown": lambda text: _report(text, markdown),
    "archive": _archive,
    "MCP": _mcp,
    "stats": _stats,
    "seen": _seen,
}


@dataclass(slots=True)
class Measured:
    """One way out, one half."""

    secrets: int = 0
    kept_back: int = 0
    look_alikes: int = 0
    taken: int = 0
    not_carried: int = 0

    @property
    def recall(self) -> float:
        return self.kept_back / self.secrets

    @property
    def precision(self) -> float:
        return self.kept_back / (self.kept_back + self.taken)


def measure(
    way: str, secrets: Iterable[Sample], look_alikes: Iterable[Sample]
) -> tuple[Measured, list[Sample]]:
    """Return the figures of a way out, and the samples that came out wrong."""
    found, wrong = Measured(), []
    for is_secret, samples in ((True, secrets), (False, look_alikes)):
        for sample in samples:
            told = WAYS[way](f"{FRONT}\n{sample.text}\n{BACK}")
            if FRONT not in told or BACK not in told:
                found.not_carried += 1
                continue
            if is_secret:
                is_right = sample.is_kept_back(told) and not any(
                    escape(each) in told for each in sample.secrets
                )
                found.secrets, found.kept_back = found.secrets + 1, found.kept_back + is_right
            else:
                is_right = not placeholders(told)
                found.look_alikes, found.taken = found.look_alikes + 1, found.taken + (not is_right)
            wrong += [] if is_right else [sample]
    return found, wrong
