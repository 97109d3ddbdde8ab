"""Every kind of event in words: a sign, its role, and what happened. The one table of these sentences."""

from coach.core.base.formatting import count, seconds
from coach.core.base.symbols import VERDICTS, Role
from coach.core.experiments.logpoint import Logpoint
from coach.core.history.kept_file import said as said_kept
from coach.core.localize.call_trace import sentence
from coach.core.localize.mutation.results import not_tried
from coach.core.localize.origins import chain
from coach.core.log import describe_drill, describe_imported, describe_investigation  # noqa: F401 - they register
from coach.core.log import events as ev
from coach.core.log.event_words import Said, on_cluster
from coach.core.log.event_words import say as say  # noqa: PLC0414 - complete only once all families are registered
from coach.core.loops.attempt import attempt_words
from coach.core.runs.description import describe_ended
from coach.core.runs.run import PURPOSE_WORDS
from coach.core.runs.run_scope import SCOPE_WORDS
from coach.core.search.kinds import kind_of
from coach.core.verify.conclusion import QUESTIONS

_ENDINGS: dict[str, tuple[str, Role]] = {
    "verified": ("✔", "good"),
    "partial": ("◐", "warn"),
    "abandoned": ("○", "dim"),
}


@say.register
def _(event: ev.Unknown) -> Said:
    return "?", "warn", f"an event of a kind this version does not know: {event.kind}"


@say.register
def _(event: ev.SessionOpened) -> Said:
    return "○", "accent", f"opened on {event.target.label}, workflow {event.workflow.name}"


@say.register
def _(event: ev.SessionResumed) -> Said:
    return "○", "accent", f"taken up again by coach {event.coach}".rstrip()


@say.register
def _(event: ev.SessionInterrupted) -> Said:
    return "⚠", "warn", f"coach was stopped by {event.by}"


@say.register
def _(event: ev.SessionClosed) -> Said:
    sign, role = _ENDINGS[event.ending]
    return sign, role, f"closed: {event.ending}" + (f", {event.note}" if event.note else "")


@say.register
def _(event: ev.TargetChanged) -> Said:
    return "○", "accent", f"target is now {event.target.label}"


@say.register
def _(event: ev.SpecWritten) -> Said:
    return "·", "dim", f"spec: {event.spec.title or event.spec.expected}"


@say.register
def _(event: ev.TeamRulesRead) -> Said:
    return "·", "dim", f"rules of the team: {', '.join(event.rules.files) or 'pyproject.toml'}"


@say.register
def _(event: ev.StepEntered) -> Said:
    return "●", "accent", f"step {event.step}" + (f": {event.why}" if event.why not in {"", "gate"} else "")


@say.register
def _(event: ev.GateOverridden) -> Said:
    return "⚠", "warn", f"left {event.step} without its gate: {event.reason}"


@say.register
def _(event: ev.RunStarted) -> Said:
    request = event.request
    scope = f", {SCOPE_WORDS[request.covers]}" if request.covers == "failures" else ""
    what = f"of {request.target.label}" if request.purpose == "imported" else "started"
    words = f"run #{request.number} {what}, {PURPOSE_WORDS[request.purpose]}{scope}"
    return "◌", "dim", f"{words}{on_cluster(request.on)}"


@say.register
def _(event: ev.RunFinished) -> Said:
    spent = seconds(event.report.duration) + (" warm" if event.report.warm else "")
    run = describe_ended(event.failing, event.judged, event.report)
    showed = "" if run.word == "passed" else f": {run.showed}"
    return run.sign, run.role, f"run #{event.number} {run.word}, {spent}{showed}"


@say.register
def _(_event: ev.ReproductionBegan) -> Said:
    return "·", "dim", "reproduction began"


@say.register
def _(event: ev.ReproductionMeasured) -> Said:
    found = event.reproduction
    text = f"the same failure in {found.failures} of {found.runs} cold runs"
    text += f", other tests red in {found.otherwise}" if found.otherwise else ""
    return ("✘", "bad", text) if found.is_reproduced else ("◐", "warn", text)


@say.register
def _(event: ev.FailureTaken) -> Said:
    what = event.test or "what failed there"
    return "●", "accent", f"from here on about run #{event.run}: {what}"


@say.register
def _(event: ev.EditSeen) -> Said:
    more = f" and {len(event.paths) - 1} more" if len(event.paths) > 1 else ""
    return "+", "accent", f"edited {event.paths[0] if event.paths else 'files'}{more}"


@say.register
def _(event: ev.WatchingChanged) -> Said:
    text = "runs on save are on" if event.watching else "runs on save are off"
    return "·", "dim", text + (f": {event.note}" if event.note else "")


@say.register
def _(event: ev.ChangesRead) -> Said:
    changes = event.changes
    return (
        "·",
        "dim",
        f"{count(changes.hunk_count, 'hunk')} in {count(len(changes.files), 'file')} since {changes.label or changes.base[:9]}",
    )


@say.register
def _(event: ev.TestPinned) -> Said:
    return "✔", "good", f"pinned {event.test} ({event.digest[:7]})"


@say.register
def _(event: ev.PinRefused) -> Said:
    return "⚠", "warn", f"cannot be pinned, its source is not known: {event.test}"


@say.register
def _(event: ev.PinnedTestRead) -> Said:
    return (
        "⚠",
        "warn",
        _read_again(event),
    )


def _read_again(event: ev.PinnedTestRead) -> str:
    if not event.digest:
        return "the pinned test is gone"
    if event.changed_parts:
        more = f" and {len(event.changed_parts) - 1} more" if len(event.changed_parts) > 1 else ""
        return f"{event.changed_parts[0]}{more}, of the pinned test, changed"
    if event.changed:
        more = f" and {len(event.changed) - 1} more" if len(event.changed) > 1 else ""
        return f"{event.changed[0]}{more}, which the pinned test reads, changed"
    return f"the pinned test reads {event.digest[:7]}"


@say.register
def _(event: ev.TestUnpinned) -> Said:
    return "⚠", "warn", f"unpinned: {event.reason}"


@say.register
def _(event: ev.SuspectsRanked) -> Said:
    return "·", "dim", f"{count(len(event.suspects), 'suspect')} named by #{event.run}"


@say.register
def _(event: ev.SuspectRuledOut) -> Said:
    return "✘", "dim", f"ruled out {event.suspect}: {event.reason}"


@say.register
def _(event: ev.SuspectRestored) -> Said:
    return "○", "dim", f"restored {event.suspect}"


@say.register
def _(event: ev.HypothesisProposed) -> Said:
    return "○", "accent", f"H{event.id}: {event.claim}"


@say.register
def _(event: ev.HypothesisJudged) -> Said:
    sign, role = VERDICTS[event.verdict]
    return sign, role, f"H{event.id} {event.verdict.lower()}: {event.reason}"


@say.register
def _(event: ev.NoteWritten) -> Said:
    return "·", "accent", f"note: {event.text}"


@say.register
def _(event: ev.RootCauseWritten) -> Said:
    return "·", "accent", f"root cause: {event.text}"


@say.register
def _(_event: ev.FixConfirmed) -> Said:
    return "✔", "good", "a person confirmed the fix"


@say.register
def _(event: ev.ContextExported) -> Said:
    return (
        "→",
        "accent",
        f"exported as {event.format}{f' for {event.purpose}' if event.purpose else ''}, budget {event.budget:,}"
        + (f", {event.way}" if event.way else ""),
    )


@say.register
def _(event: ev.ScopeChanged) -> Said:
    return "·", "dim", f"on save: {SCOPE_WORDS[event.scope]}"


@say.register
def _(event: ev.SpectrumMeasured) -> Said:
    seen = event.spectrum
    against = "the whole suite" if seen.scope == "suite" else "its own file"
    return (
        "·",
        "dim",
        f"measured {count(seen.lines_seen, 'line')} against {count(seen.passing, 'passing test')} of {against}",
    )


@say.register
def _(event: ev.MutantsTried) -> Said:
    tried = event.mutations
    if tried.flips:
        return "✔", "good", f"{tried.flips[0].sentence}; {count(tried.tried, 'small mutation')} tried"
    stopped = not_tried(tried.refused, tried.refusals)
    said = f"none of {count(tried.tried, 'small mutation')} turns the test green"
    return "·", "dim", f"{said}, {stopped}" if stopped else said


@say.register
def _(event: ev.FlipFound) -> Said:
    return "·", "good", event.flip.sentence


@say.register
def _(event: ev.TouchedRead) -> Said:
    return "·", "dim", f"history of {count(len(event.touched), 'suspect')} read"


@say.register
def _(event: ev.PastChangesRead) -> Said:
    return "·", "dim", event.past.sentence


@say.register
def _(event: ev.CallsTraced) -> Said:
    trace = event.trace
    seen = f"traced {count(len(trace.calls) + trace.left_out, 'call')} of {trace.test.name}"
    return "·", "dim", f"{seen}: {sentence(event.divergence)}" if event.divergence else seen


@say.register
def _(event: ev.OriginsTraced) -> Said:
    return "·", "dim", f"came from: {chain(event.origins)}"


@say.register
def _(event: ev.HandedOver) -> Said:
    return "→", "accent", f"handed over to {event.to}"


@say.register
def _(_event: ev.HandedBack) -> Said:
    return "→", "accent", "handed back to the engineer"


@say.register
def _(event: ev.AssistantEnded) -> Said:
    report = event.report
    return "→", "accent", f"{report.name} {report.ending} after {seconds(report.seconds)}"


@say.register
def _(event: ev.AttemptRead) -> Said:
    more = f": {event.attempt.findings[0].text}" if event.attempt.findings else ""
    return "+", "accent", f"before run #{event.attempt.run}: {attempt_words(event.attempt)}{more}"


@say.register
def _(event: ev.LoopNoticed) -> Said:
    role: Role = "dim" if event.level == "note" else "warn"
    return (
        ("·" if event.level == "note" else "⚠"),
        role,
        f"{event.pattern.replace('-', ' ')}: {event.sentence}",
    )


@say.register
def _(event: ev.LoopDismissed) -> Said:
    return "·", "dim", f"{event.pattern.replace('-', ' ')} dismissed: {event.reason}"


@say.register
def _(event: ev.LoopsSwitched) -> Said:
    off = ", ".join(each.replace("-", " ") for each in event.off)
    return "·", "dim", f"not looked for: {off}" if off else "every loop is looked for"


@say.register
def _(event: ev.EarlierRead) -> Said:
    if not event.found:
        return "·", "dim", "nothing was found of what happened before"
    return "·", "accent", f"before: {count(len(event.found), 'trace')}, the last: {event.found[-1].sentence}"


@say.register
def _(event: ev.PastFailuresFound) -> Said:
    first = event.candidates[0]
    more = f" and {len(event.candidates) - 1} more" if len(event.candidates) > 1 else ""
    return (
        "○",
        "accent",
        f"seen before, {first.how}, in {first.session}{more}: {first.root_cause or first.title}",
    )


@say.register
def _(event: ev.PastFailureDismissed) -> Said:
    return "·", "dim", f"no help: {', '.join(event.sessions)}"


@say.register
def _(event: ev.SearchBegan) -> Said:
    asked = event.search
    words = f"search {asked.number} began: {kind_of(asked.kind).title}"
    return "◌", "accent", f"{words}{on_cluster(asked.on)}"


@say.register
def _(event: ev.SearchProgressed) -> Said:
    outcomes = [each.outcome for each in event.tried]
    said = f"{outcomes.count('FAIL')} fail, {outcomes.count('PASS')} pass"
    return "·", "dim", f"search {event.number}: {count(len(outcomes), 'configuration')} tried, {said}"


@say.register
def _(event: ev.SearchEnded) -> Said:
    signs: dict[str, tuple[str, Role]] = {"found": ("✔", "good"), "failed": ("◐", "warn")}
    sign, role = signs.get(event.result.how, ("○", "dim"))
    return sign, role, f"search {event.number}: {event.result.sentence}"


@say.register
def _(event: ev.HypothesisActivated) -> Said:
    return "·", "dim", f"H{event.id} is worked on"


@say.register
def _(event: ev.PredictionRevised) -> Said:
    return "·", "accent", f"H{event.id} predicts anew: {event.prediction.text or event.prediction.expects}"


@say.register
def _(event: ev.LogpointSeen) -> Said:
    seen = event.seen
    sign, role = VERDICTS[seen.verdict] if seen.verdict else ("·", "accent")
    if seen.after_fix:
        return (
            sign,
            role,
            f"looked again at {seen.logpoint.place} after the fix in #{seen.run}: {seen.reason}",
        )
    said = (
        f"{seen.verdict.lower()}, {seen.reason}"
        if seen.verdict
        else seen.observed.why or seen.logpoint.expression
    )
    return sign, role, f"logpoint {seen.logpoint.place} in #{seen.run}: {said}"


@say.register
def _(event: ev.LookAsked) -> Said:
    return "?", "warn", f"{event.by} asks to evaluate at {event.logpoint.place}: {_words(event.logpoint)}"


@say.register
def _(event: ev.LookAnswered) -> Said:
    said = "may" if event.is_allowed else "may not"
    return "·", "accent", f"in this session {said} be evaluated for an assistant: {_words(event.logpoint)}"


def _words(logpoint: Logpoint) -> str:
    return " · ".join(dict.fromkeys(filter(None, (logpoint.expression, logpoint.condition))))


@say.register
def _(event: ev.TrialSeen) -> Said:
    seen = event.seen
    sign, role = VERDICTS[seen.verdict] if seen.verdict else ("·", "accent")
    said = f"{seen.verdict.lower()}, {seen.reason}" if seen.verdict else seen.outcome
    return sign, role, f"tried {seen.trial.label} in #{seen.run}: {said}"


@say.register
def _(event: ev.VerificationBegan) -> Said:
    return "·", "dim", f"verification began, {count(len(event.plan), 'run')}{on_cluster(event.on)}"


@say.register
def _(event: ev.VerificationVoided) -> Said:
    return "◐", "warn", f"verification void: {event.why}"


@say.register
def _(event: ev.VerificationJudged) -> Said:
    text = f"{event.verification.verdict}: {event.verification.figure} checks hold"
    return ("✔", "good", text) if event.verification.verdict == "verified" else ("◐", "warn", text)


@say.register
def _(event: ev.ControlMeasured) -> Said:
    found = event.control
    is_whole = found.tried > 0 and found.killed == found.tried
    sign, role = VERDICTS["SUPPORTED" if is_whole else "INCONCLUSIVE"]
    stopped = not_tried(found.refused, found.refusals)
    said = f"{found.killed} of {found.tried} small wrong fixes caught"
    return sign, role, f"{said}, {stopped}" if stopped else said


@say.register
def _(event: ev.ObjectionAnswered) -> Said:
    return "·", "accent", f"{event.objection} is fine: {event.reason}"


@say.register
def _(event: ev.BudgetSet) -> Said:
    return "·", "accent", f"it may take {event.seconds:g} s" if event.seconds else "its time is not limited"


@say.register
def _(event: ev.ClosingWritten) -> Said:
    answered = sum(name in QUESTIONS for name in event.closing.answers)
    more = f", {count(answered, 'question')} answered" if answered else ""
    return "·", "accent", f"root cause: {event.closing.cause.text or 'not said yet'}{more}"


@say.register
def _(event: ev.LeftBehindEnded) -> Said:
    return (
        "⚠",
        "warn",
        f"a killed coach had left these running, they were ended: {', '.join(event.processes)}",
    )


@say.register
def _(event: ev.TreeRestored) -> Said:
    return (
        "○",
        "accent",
        f"{count(len(event.paths), 'file')} put back"
        + (f", {event.why}" if event.why else "")
        + (f"; {kept}" if (kept := said_kept(event.kept)) else ""),
    )


@say.register
def _(event: ev.RestoreBegun) -> Said:
    return (
        "◌",
        "dim",
        f"putting {count(len(event.paths), 'file')} back" + (f", {event.why}" if event.why else ""),
    )


@say.register
def _(event: ev.RestoreStopped) -> Said:
    return "○", "warn", f"nothing was put back: {event.sentence}"


@say.register
def _(event: ev.RestoreInterrupted) -> Said:
    return (
        "○",
        "warn",
        f"a restore was interrupted: {event.written} of {count(len(event.paths), 'file')} written",
    )
