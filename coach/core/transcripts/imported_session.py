"""A transcript as the log of a session: its runs, edits and attempts, and what the loop detectors say of them.

Everything comes from text. Nothing of it is run, and the result is only ever looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from coach.core.decide.attempts import noticed
from coach.core.log import events as ev
from coach.core.log.imported_event import Lack
from coach.core.log.recorded_request import RecordedRequest
from coach.core.loops.analysis.analyse_attempt import RULE as READING
from coach.core.loops.lanes import Lane, lanes_of
from coach.core.loops.replay import Spoken, would_say
from coach.core.redact.observation_redactor import in_prose
from coach.core.runs.oracle import RULE as JUDGEMENT
from coach.core.runs.report import Output
from coach.core.runs.target import Target
from coach.core.session.fold.session_events import ASSISTANT
from coach.core.session.state import SessionState
from coach.core.spec.spec import Spec
from coach.core.transcripts.contents import Base
from coach.core.transcripts.lane_runs import LaneBuilder, LaneRun, name_of
from coach.core.transcripts.model import Said, Transcript
from coach.core.transcripts.moments import FileHistory
from coach.core.transcripts.paths import root_of
from coach.core.transcripts.seen_runs import SeenEdit, Watch
from coach.core.transcripts.tree_difference import Trees
from coach.core.workflow.workflow import Workflow

MAX_OUTPUT = 400_000
"""Characters of one run's output that are kept."""

Keep = Callable[[str], str]
"""Takes the output of a run and returns the name it is kept under; empty: it is not kept."""
Redact = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class About:
    """What a session says of itself besides what the transcript tells."""

    session: str = ""
    coach: str = ""
    source: str = ""
    digest: str = ""
    base: str = ""
    """The commit that ``Base`` gives the files of."""
    tree: str = ""
    """The tree that this commit is; empty where its files are not known."""
    root: str = ""
    workflow: Workflow = field(default_factory=lambda: Workflow(name="debug"))
    at: float = 0.0
    """Seconds since the epoch: the time of what has none of its own in the transcript."""


@dataclass(slots=True)
class _Draft:
    """The log while it grows: events with their times, without numbers yet."""

    at: float
    entries: list[tuple[float, ev.Event]] = field(default_factory=list)
    holder: str = ""

    def add(self, at: float | None, *events: ev.Event) -> None:
        self.at = max(self.at, at) if at is not None else self.at
        self.entries += [(self.at, event) for event in events]

    def held_by(self, who: str, at: float | None) -> None:
        """Say who edits from here on."""
        if who != self.holder:
            self.holder = who
            self.add(at, ev.HandedOver(to=who) if who else ev.HandedBack())

    def after(self, head: Iterable[ev.Event]) -> list[tuple[float, ev.Event]]:
        """Return all entries behind those that stand before the first step."""
        began = self.entries[0][0] if self.entries else self.at
        return [*((began, event) for event in head), *self.entries]


def _nothing_kept(_output: str) -> str:
    return ""


def imported_session(
    transcript: Transcript,
    base: Base | None,
    about: About = About(),
    *,
    keep: Keep = _nothing_kept,
    redact: Redact | None = None,
) -> tuple[ev.Recorded, ...]:
    """Return the log of the session that a transcript tells.

    Args:
        transcript: as it was read.
        base: the files of the commit it began at; None: what the transcript shows is all that is known of them.
        about: what to call things.
        keep: keeps the outputs of runs.
        redact: takes known secrets out of a text; None: none are known.

    """
    transcript = transcript.model_copy(update={"root": root_of(transcript)})
    assistant = transcript.assistant or ASSISTANT
    followed = FileHistory(transcript, base)
    trees = Trees(followed.files.base, followed.files.at_head)
    builder = LaneBuilder(trees, assistant, transcript.began or about.at)
    watch = Watch(transcript, followed.files.base)
    draft = _Draft(transcript.began if transcript.began is not None else about.at)
    runs: list[LaneRun] = []
    for seen in watch.over(followed.moments()):
        draft.held_by(name_of(seen.by, assistant), seen.at)
        if isinstance(seen, SeenEdit):
            builder.edited(seen)
            draft.add(seen.at, ev.EditSeen(paths=seen.paths[:200]))
        else:
            runs.append(builder.ran(seen))
            draft.add(seen.at, *_events_of(runs[-1], keep, redact))
    about = replace(about, tree=trees.tree({}) if base else "")
    entries = draft.after(_head(transcript, about, builder, runs, watch.lost + followed.lacks))
    if redact is not None:
        entries = [(at, in_prose(event, redact)) for at, event in entries]
    records = tuple(_numbered(entries))
    return tuple(_numbered(_with_notices(records)))


def sessions_of(transcript: Transcript, base: Base | None) -> tuple[Lane, ...]:
    """Return the histories in a transcript, one for each target, in the order of their first runs."""
    return lanes_of(imported_session(transcript, base))


def _events_of(seen: LaneRun, keep: Keep, redact: Redact | None) -> Iterator[ev.Event]:
    run = seen.run
    assert run.report is not None
    assert run.judged is not None
    output = (redact(seen.output) if redact else seen.output)[-MAX_OUTPUT:]
    kept = Output(
        artefact=keep(output), bytes=len(output.encode("utf-8", "replace")), tail=run.report.output.tail
    )
    report = run.report.model_copy(update={"output": kept})
    yield ev.RunStarted(request=RecordedRequest.of(run.request))
    yield ev.RunFinished(
        number=run.number, report=report, failing=run.failing, judged=run.judged, rule=JUDGEMENT
    )
    if seen.attempt is not None:
        yield ev.AttemptRead(attempt=seen.attempt, rule=READING)


def _head(
    transcript: Transcript, about: About, builder: LaneBuilder, runs: Sequence[LaneRun], lost: Counter[str]
) -> Iterator[ev.Event]:
    """Yield what stands before the first step: on what, from where, what was asked."""
    root = about.root or transcript.root or "."
    yield ev.SessionOpened(
        session=about.session,
        coach=about.coach,
        target=main_target(runs),
        workflow=about.workflow,
        interpreter=ev.Interpreter(path="", why="nothing of a transcript is run"),
        checkout=ev.Checkout(root=root, commit=about.base or transcript.base_commit, tree=about.tree),
    )
    yield ev.Imported(
        format=transcript.format,
        assistant=transcript.assistant,
        source=about.source,
        digest=about.digest,
        base=about.base,
        steps=len(transcript.steps),
        runs=len(runs),
        targets=len(builder.tracks),
        attempts=builder.attempts,
        unread_attempts=builder.unread,
        lost=(*transcript.lacks, *(Lack(what=what, count=number) for what, number in lost.items())),
    )
    if title := _title(transcript):
        yield ev.SpecWritten(spec=Spec(title=title, reported=("title",)))
    if about.workflow.steps:
        yield ev.StepEntered(step=about.workflow.steps[0].id)


def _title(transcript: Transcript) -> str:
    """Return what the session is called, else the first line of what a person said."""
    talk = (
        each.action.text for each in transcript.steps if each.by == "person" and isinstance(each.action, Said)
    )
    return " ".join((transcript.title or next(talk, "").partition("\n")[0]).split())[:200]


def main_target(runs: Sequence[LaneRun]) -> Target:
    """Return the target that a session is mostly about: that of the most red runs of tests, else of the most runs."""
    counted: dict[Target, list[int]] = {}
    for each in runs:
        found = counted.setdefault(each.run.request.target, [0, 0, 0])
        is_test = not each.run.request.target.is_script
        found[0] += is_test and bool(each.run.failing)
        found[1] += is_test
        found[2] += 1
    return max(counted, key=lambda target: counted[target], default=Target())


def _numbered(entries: Iterable[tuple[float, ev.Event]]) -> Iterator[ev.Recorded]:
    for seq, (at, event) in enumerate(entries, start=1):
        yield ev.Recorded(seq=seq, at=at, event=event)


def _with_notices(records: Sequence[ev.Recorded]) -> Iterator[tuple[float, ev.Event]]:
    """Put what the detectors say behind the record that shows it."""
    spoken: dict[int, list[Spoken]] = {}
    for lane in lanes_of(records):
        for each in would_say(lane.records):
            spoken.setdefault(each.seq, []).append(each)
    opened = next(each.event for each in records if isinstance(each.event, ev.SessionOpened))
    state = replace(SessionState(), opened=opened)
    for record in records:
        assert not isinstance(record.event, ev.Unknown)
        yield record.at, record.event
        yield from ((record.at, noticed(state, each.detection)) for each in spoken.get(record.seq, ()))
