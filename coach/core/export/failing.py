"""The failure as blocks: what it says, where the values part, what is behind it, the frames, the failing test."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from coach.core.export.blocks import Block, Drop
from coach.core.export.budget import cut
from coach.core.export.purpose import Purpose
from coach.core.export.quoting import Cleaner
from coach.core.export.window import Width, window
from coach.core.runs.failure_causes import cause_line, difference_line
from coach.core.runs.report import Failure, Frame
from coach.core.runs.run import Run
from coach.core.session.state import SessionState

MAX_FRAMES = 8
"""Own frames shown; of a deeper traceback the outermost and the innermost are kept."""
MAX_LOCALS, MAX_OUTER = 8, 4
"""Values shown of the innermost own frame, and of each of the two around it."""
_SAYS_NOTHING = re.compile(r"<(?:function|class|module|built-in|bound method|tuple_iterator|generator)\b")
LONGEST_LOCAL = 160
LONGEST_MESSAGE = 12_000
LONGEST_DIFFERENCE = 600
LONG_ENOUGH = 24
"""Characters of a value from which it is not told twice."""
MAX_LIBRARY = 3
"""Frames of libraries below the innermost own one: what it called wrongly."""
MAX_OTHERS = 5
_TEST, _USUAL_TEST, _SHORT_TEST = Width(50, 1, 20), Width(24, 1, 8), Width(16, 1, 5)
MAX_CAPTURED = 250
"""Tokens of one captured output."""
_TRACEBACK = re.compile(
    r"^[^\n]*Traceback \(most recent call last\):\n(?:[ \t][^\n]*\n|\n)*[^\n]*\n?", re.MULTILINE
)


def failure_of(state: SessionState) -> tuple[Run, Failure] | None:
    """Return the newest failing run of the target and the failure that stands for the defect."""
    run = state.last_failure
    if run is None or run.report is None or not run.report.failures:
        return None
    wanted = state.pin.test if state.pin else ""
    failures = run.report.failures
    return run, next((each for each in failures if each.test == wanted), failures[0])


def failure_blocks(state: SessionState, _purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Show the failure: message and difference, what is behind it, the frames with their values, the test itself.

    The message, the difference and the innermost own frame are cut last of all.
    """
    found = failure_of(state)
    if found is None:
        return (_no_failure(state, clean),)
    run, failure = found
    source = f"run #{run.number}"
    whole = _message(failure, state, clean)
    body = _test_body(state, failure, clean)
    outer, innermost = _frames(failure, whole, clean)
    return (
        _output(whole, source, Drop.NEVER, "the message"),
        *_behind(failure, source, clean),
        replace(_output(outer, source, Drop.OUTER_FRAMES, "outer frames"), shorter=(_only_places(outer),)),
        _output(innermost, source, Drop.NEVER, "the innermost own frame"),
        *body,
        *_captured(failure, source, clean),
        *_noise(run, failure, clean),
    )


def _only_places(frames: str) -> str:
    """Return frames without their values."""
    return "\n".join(line for line in frames.split("\n") if not line.startswith(" " * 6))


def _output(text: str, source: str, drop: Drop, what: str) -> Block:
    return Block(text, source, "program output", drop, what, language="text", keep="ends", is_joined=True)


def _message(failure: Failure, state: SessionState, clean: Cleaner) -> str:
    """Return what was raised and where the compared values part, repeated lines once."""
    named = failure.test in {state.target.label, state.pin.test if state.pin else ""}
    where = "" if named else f"{clean.line(failure.test)}\n"
    phase = "" if failure.phase == "call" else f" (in {failure.phase})"
    head = f"{failure.exception or 'failed'}{phase}"
    said = _once(clean.text(f"{head}: {failure.message}" if failure.message else head).rstrip("\n"))
    if len(said) > LONGEST_MESSAGE:
        half = LONGEST_MESSAGE // 2
        said = f"{said[:half]}\n… {len(said) - 2 * half:,} characters left out …\n{said[-half:]}"
    parted = [clean.line(difference_line(each), LONGEST_DIFFERENCE) for each in failure.difference]
    return "\n".join([f"{where}{said}", *(f"difference at {each}" for each in parted)])


def _once(text: str) -> str:
    """Say a line that comes several times in a row once."""
    lines = []
    for line, group in groupby(text.split("\n")):
        times = len(list(group))
        again = f"… the same line {times - 1} times more …"
        lines += [line] * times if times <= 2 else [line, again]
    return "\n".join(lines)


def _behind(failure: Failure, source: str, clean: Cleaner) -> list[Block]:
    """Return the exceptions behind the failure with their own frames, in the order in which they happened."""
    return [
        _output(
            "\n".join(
                [
                    clean.line(cause_line(cause), 600),
                    *(
                        _frame(each, clean, MAX_LOCALS if each is own[-1] else 0)
                        for each in own[-MAX_FRAMES:]
                    ),
                ]
            ),
            source,
            Drop.RULED_OUT,
            "exceptions behind it",
        )
        for cause in reversed(failure.causes)
        for own in [[each for each in cause.frames if each.own]]
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


def _frames(failure: Failure, told: str, clean: Cleaner) -> tuple[str, str]:
    """Return the outer own frames and the innermost one with what it called of libraries; values that were told stay out."""
    own = failure.own_frames or failure.frames[-1:]
    if not own:
        return "", ""
    innermost = _frame(own[-1], clean, MAX_LOCALS)
    deeper = failure.frames[failure.frames.index(own[-1]) + 1 :] if failure.own_frames else ()
    beyond = [
        f"  {clean.line(_short_path(each.path), 160)}:{each.line} in {clean.line(each.function, 80)}"
        for each in deeper[-MAX_LIBRARY:]
    ]
    seen = f"{told}\n{innermost}"
    shown = [
        _frame(each, clean, MAX_OUTER if index >= len(own) - 3 else 0, seen)
        for index, each in enumerate(own[:-1])
        if (each.path, each.line) != (own[index + 1].path, own[index + 1].line)  # a comprehension's own frame
    ]
    gap = len(shown) + 1 - MAX_FRAMES
    if gap > 0:
        shown[2 : 2 + gap] = [f"… {gap} own frames left out …"]
    return "\n".join(shown), "\n".join([innermost, *beyond])


def _frame(frame: Frame, clean: Cleaner, most: int, seen: str = "") -> str:
    """Return a frame with up to ``most`` values, those left out that stand in ``seen`` already."""
    inside = f" in {clean.line(frame.function, 120)}" if frame.function else ""
    lines = [f"{clean.line(frame.path, 200)}:{frame.line}{inside}"]
    if frame.source:
        lines.append(f"    {clean.line(frame.source)}")
    # Name and value together: the name is what gives a secret away.
    told = [
        (name, value) for name, value in frame.locals if not _SAYS_NOTHING.match(value) and name[:1] != "."
    ]
    values = [clean.line(f"{name} = {value}", LONGEST_LOCAL) for name, value in told[: 2 * most]]
    new = [each for each in values if not _is_told(each, seen)]
    lines += [f"      {each}" for each in new[:most]]
    if most and len(told) > 2 * most:
        lines.append(f"      … {len(told) - 2 * most} more values …")
    return "\n".join(lines)


def _is_told(assigned: str, seen: str) -> bool:
    """Whether a value stands in a text already: short ones stand there by chance."""
    value = assigned.partition(" = ")[2]
    return assigned in seen or (len(value) >= LONG_ENOUGH and value in seen)


def _test_body(state: SessionState, failure: Failure, clean: Cleaner) -> list[Block]:
    """Return the failing test as it is; of a long one, what stands around the line where it failed."""
    path = failure.test.file
    frame = next((each for each in failure.own_frames if each.path == path), None)
    if state.pin and state.pin.source:
        note = "" if state.pin.is_intact else ", changed since it was pinned"
        title = f"{clean.line(state.pin.path, 120)}:{state.pin.line}, the pinned test{note}"
        return [_body(clean.text(state.pin.source), state.pin.line or 1, frame, title)]
    if frame and frame.code:
        title = f"{clean.line(path, 120)}:{frame.code_start}, the failing test"
        return [_body(clean.text(frame.code), frame.code_start, frame, title)]
    name = ".".join(failure.test.names).partition("[")[0]
    ran = (each for each in state.suspects if each.path == path and each.function == name and each.code)
    return [
        _body(
            clean.text(each.code), each.code_start, frame, f"{clean.line(each.place, 120)}, the failing test"
        )
        for each in list(ran)[:1]
    ]


def _body(text: str, start: int, frame: Frame | None, source: str) -> Block:
    lines = dict(enumerate(text.split("\n"), start))
    failed = (frame.line,) if frame else ()
    return Block(
        text if len(lines) <= _TEST.whole else window(lines, failed, _TEST),
        source,
        "repository",
        Drop.THE_TEST,
        "the test's body",
        "python",
        usual=text if len(lines) <= _USUAL_TEST.whole else window(lines, failed, _USUAL_TEST),
        shorter=(window(lines, failed, _SHORT_TEST),),
    )


def _captured(failure: Failure, source: str, clean: Cleaner) -> list[Block]:
    """Return the ends of what the test wrote; a traceback in it that is told as a cause is not told again."""
    found = []
    for section in failure.sections[:6]:
        text = _once(clean.text(section.text).strip("\n"))
        if any(each.kind in {"logged", "printed"} for each in failure.causes):
            text = _TRACEBACK.sub("… a traceback, told above …\n", text)
        shown = cut(text, MAX_CAPTURED, "ends")
        found.append(
            Block(
                shown,
                f"{source}, {clean.line(section.name, 60)}",
                "program output",
                drop=Drop.CAPTURED_OUTPUT,
                what="captured output",
                language="text",
                keep="ends",
            )
        )
    return found


def _short_path(path: str) -> str:
    for landmark in ("/site-packages/", "/lib/python"):
        if landmark in path:
            return path.rpartition(landmark)[2]
    return path


def _noise(run: Run, failure: Failure, clean: Cleaner) -> list[Block]:
    """Other failures of the same run, and doubts of the probe."""
    if run.report is None:
        return []
    others = [each for each in run.report.failures if each is not failure]
    lines = [
        f"- Also failing in run #{run.number}: {clean.code(f'{each.test}: {each.exception}', 200)}"
        for each in others[:MAX_OTHERS]
    ]
    more = len(others) - MAX_OTHERS + run.report.failures_left_out
    lines += [f"- … and {more} more failures"] if more > 0 and others else []
    lines += _listed("Doubt", run.report.probe_notes, clean)
    return [Block("\n".join(lines), drop=Drop.SUITE_NOISE, what="other results of the run")] if lines else []


def _listed(label: str, names: Sequence[str], clean: Cleaner) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return [f"- {label}: {', '.join(clean.code(name, 160) for name in names[:10])}{more}"]
