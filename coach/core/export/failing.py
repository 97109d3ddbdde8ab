"""The current failure as blocks: how to reproduce it, what it says, where it went through, the failing test's body."""

import shlex
from collections.abc import Sequence

from coach.core.export.blocks import Block, Drop
from coach.core.export.quoting import Cleaner
from coach.core.log.events import SessionOpened
from coach.core.runs.failure_causes import cause_line, difference_line
from coach.core.runs.report import Failure, Frame
from coach.core.runs.run import Run
from coach.core.runs.target import Target
from coach.core.session.state import SessionState

MAX_FRAMES = 8
"""Own frames shown; of a deeper traceback the outermost and the innermost are kept."""
MAX_LOCALS = 12
LONGEST_LOCAL = 160
LONGEST_MESSAGE = 12_000


def command_of(target: Target) -> str:
    """Return the exact command as a shell takes it, without any path of this machine."""
    program = shlex.join(target.program)
    if not target.can("select"):
        return " ".join(filter(None, [program, shlex.join(target.words)]))
    words = [_quoted(word) for word in target.words]
    guard = ["--"] if any(word.startswith("-") for word in target.words) else []
    return " ".join([program, *guard, *words])


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\"'\"'") + "'"


def reproduce_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Tell the command, its exit code, how often it fails, and the environment."""
    command = Block(f"- Command: {clean.code(command_of(state.target), 600)}", what="the command")
    return (
        command,
        Block("\n".join(f"- {each}" for each in _rate(state)), drop=Drop.THE_REST, what="failure rate"),
        *_environment(state.opened, clean),
    )


def _rate(state: SessionState) -> list[str]:
    lines = []
    run = state.last_failure
    if run and run.report and run.report.ending.exit_code is not None:
        lines.append(f"Exit code: {run.report.ending.exit_code} (run #{run.number})")
    found = state.reproduction
    if found is None:
        return [*lines, "Failure rate: not measured"]
    stable = (
        "the same failure every time" if found.is_stable else f"flaky, {found.low:.0%} to {found.high:.0%}"
    )
    lines.append(f"Failure rate: {found.failures} of {found.runs} cold runs ({stable})")
    if run and not found.is_stable and found.failures:
        lines.append(f"A failing run, #{run.number}, had PYTHONHASHSEED={run.request.hash_seed}")
    return lines


def _environment(opened: SessionOpened | None, clean: Cleaner) -> tuple[Block, ...]:
    if opened is None:
        return ()
    versions = [f"Python {clean.line(opened.interpreter.version, 40)}"] if opened.interpreter.version else []
    if opened.interpreter.pytest:
        versions.append(f"pytest {clean.line(opened.interpreter.pytest, 40)}")
    where = [f"platform {clean.line(opened.platform, 80)}"] if opened.platform else []
    checkout = opened.checkout
    if checkout.commit:
        where.append(
            f"branch {clean.code(checkout.branch or 'detached', 80)}, commit {clean.code(checkout.commit, 40)}"
        )
        where.append(f"{checkout.dirty_files} files with uncommitted changes when the session began")
    else:
        where.append("no git repository")
    lines = [f"- Environment: {', '.join(versions) or 'unknown'}", f"- Where: {'; '.join(where)}"]
    return (
        Block(lines[0], drop=Drop.THE_REST, what="versions"),
        Block(lines[1], drop=Drop.ENVIRONMENT, what="environment detail"),
    )


def failure_of(state: SessionState) -> tuple[Run, Failure] | None:
    """Return the newest failing run of the target and the failure that stands for the defect."""
    run = state.last_failure
    if run is None or run.report is None or not run.report.failures:
        return None
    wanted = state.pin.test if state.pin else ""
    failures = run.report.failures
    return run, next((each for each in failures if each.test == wanted), failures[0])


def failure_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Show what fails now: message, own frames with locals, the test's body, and the noise around them."""
    found = failure_of(state)
    if found is None:
        return (_no_failure(state, clean),)
    run, failure = found
    source = f"run #{run.number}"
    return (
        *_stand(state, run),
        Block(
            _message(failure, state, clean),
            source,
            "program output",
            what="the message",
            language="text",
            keep="ends",
        ),
        *_behind(failure, source, clean),
        Block(
            _frames(failure, clean),
            f"{source}, traceback",
            "program output",
            what="frames",
            language="text",
            keep="ends",
        ),
        *_test_body(state, failure, clean),
        *_captured(failure, source, clean),
        *_library(failure, source, clean),
        *_noise(run, failure, clean),
    )


def _behind(failure: Failure, source: str, clean: Cleaner) -> list[Block]:
    """Return where the compared values part, and the exceptions behind the failure with their own frames."""
    parted = "\n".join(clean.line(difference_line(each), 400) for each in failure.difference)
    told = [
        "\n".join(
            [
                clean.line(cause_line(cause), 600),
                *(f"  {_frame(each, clean, with_locals=True)}" for each in cause.frames if each.own),
            ]
        )
        for cause in failure.causes
    ]
    return [
        Block(parted, f"{source}, the difference", "program output", what="the difference", language="text"),
        Block(
            "\n".join(told),
            f"{source}, behind it",
            "program output",
            what="causes",
            language="text",
            keep="ends",
        ),
    ]


def _no_failure(state: SessionState, clean: Cleaner) -> Block:
    run = state.last_run
    if run is None or run.report is None:
        return Block("No run has failed yet.", what="the failure")
    said = run.report.ending.sentence or run.report.ending.kind
    tail = clean.text(run.report.output.tail)
    if not tail:
        return Block(f"No failure is known. Run #{run.number}: {clean.code(said)}", what="the failure")
    return Block(
        f"{clean.line(said)}\n{tail}",
        f"run #{run.number}, output",
        "program output",
        what="the output",
        keep="ends",
    )


def _stand(state: SessionState, run: Run) -> list[Block]:
    newest = state.last_target_run
    if newest is None or newest.number == run.number:
        return []
    return [
        Block(
            f"The newest run, #{newest.number}, does not fail. This is run #{run.number}.", what="the failure"
        )
    ]


def _message(failure: Failure, state: SessionState, clean: Cleaner) -> str:
    named = failure.test in {state.target.label, state.pin.test if state.pin else ""}
    where = "" if named else f"{clean.line(failure.test)}\n"
    phase = "" if failure.phase == "call" else f" (in {failure.phase})"
    head = f"{failure.exception or 'failed'}{phase}"
    message = where + clean.text(f"{head}: {failure.message}" if failure.message else head)
    return (
        message
        if len(message) <= LONGEST_MESSAGE
        else f"{message[:LONGEST_MESSAGE]}\n… more of this message left out …"
    )


def _frames(failure: Failure, clean: Cleaner) -> str:
    own = failure.own_frames or failure.frames[-1:]
    if not own:
        return ""
    gap = len(own) - MAX_FRAMES
    shown = [
        _frame(frame, clean, with_locals=frame is own[-1] or index >= len(own) - 3)
        for index, frame in enumerate(own)
    ]
    if gap > 0:
        shown[2 : 2 + gap] = [f"… {gap} own frames left out …"]
    return "\n".join(shown)


def _frame(frame: Frame, clean: Cleaner, *, with_locals: bool) -> str:
    inside = f" in {clean.line(frame.function, 120)}" if frame.function else ""
    lines = [f"{clean.line(frame.path, 200)}:{frame.line}{inside}"]
    if frame.source:
        lines.append(f"    {clean.line(frame.source)}")
    if with_locals:
        # Name and value together: the name is what gives a secret away.
        lines += [
            f"      {clean.line(f'{name} = {value}', LONGEST_LOCAL)}"
            for name, value in frame.locals[:MAX_LOCALS]
        ]
        if len(frame.locals) > MAX_LOCALS:
            lines.append(f"      … {len(frame.locals) - MAX_LOCALS} more locals …")
    return "\n".join(lines)


def _test_body(state: SessionState, failure: Failure, clean: Cleaner) -> list[Block]:
    if state.pin and state.pin.source:
        place = f"{clean.line(state.pin.path, 120)}:{state.pin.line}"
        note = "" if state.pin.is_intact else ", changed since it was pinned"
        return [_code(clean.text(state.pin.source), f"{place}, the pinned test{note}")]
    path = failure.test.file
    frame = next((each for each in failure.own_frames if each.path == path and each.code), None)
    if frame is None:
        return []
    return [
        _code(clean.text(frame.code), f"{clean.line(frame.path, 120)}:{frame.code_start}, the failing test")
    ]


def _code(text: str, source: str) -> Block:
    return Block(text, source, "repository", what="the test's body", language="python", keep="ends")


def _captured(failure: Failure, source: str, clean: Cleaner) -> list[Block]:
    return [
        Block(
            clean.text(section.text).strip("\n"),
            f"{source}, {clean.line(section.name, 60)}",
            "program output",
            drop=Drop.CAPTURED_OUTPUT,
            what="captured output",
            language="text",
            keep="ends",
        )
        for section in failure.sections[:6]
    ]


def _library(failure: Failure, source: str, clean: Cleaner) -> list[Block]:
    frames = [each for each in failure.frames if not each.own]
    if not frames or not failure.own_frames:
        return []
    lines = [
        f"{clean.line(_short_path(each.path), 160)}:{each.line} in {clean.line(each.function, 80)}"
        for each in frames[-40:]
    ]
    return [
        Block(
            "\n".join(lines),
            f"{source}, library frames",
            "program output",
            drop=Drop.LIBRARY_FRAMES,
            what=f"{len(frames)} library frames",
            language="text",
        )
    ]


def _short_path(path: str) -> str:
    for landmark in ("/site-packages/", "/lib/python"):
        if landmark in path:
            return path.rpartition(landmark)[2]
    return path


def _noise(run: Run, failure: Failure, clean: Cleaner) -> list[Block]:
    """Other failures of the same run, skipped tests, doubts of the probe: rarely about this defect."""
    if run.report is None:
        return []
    others = [each for each in run.report.failures if each is not failure]
    lines = [
        f"- Also failing in run #{run.number}: {clean.code(f'{each.test}: {each.exception}', 200)}"
        for each in others[:20]
    ]
    more = len(others) - 20 + run.report.failures_left_out
    lines += [f"- … and {more} more failures"] if more > 0 and others else []
    lines += _listed("Skipped", run.report.skipped, clean) + _listed("Doubt", run.report.probe_notes, clean)
    return [Block("\n".join(lines), drop=Drop.SUITE_NOISE, what="other results of the run")] if lines else []


def _listed(label: str, names: Sequence[str], clean: Cleaner) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return [f"- {label}: {', '.join(clean.code(name, 160) for name in names[:10])}{more}"]
