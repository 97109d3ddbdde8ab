"""How a run of pytest ended, from all the evidence there is: exit status, what the plugin reported, output, what coach did to it.

The exit status alone proves nothing, so every ending has its own sentence and only agreeing evidence is ``completed``.
Foreign text enters a sentence shortened; it is made safe where it is shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coach.core.base.test_id import TestId
from coach.core.runs.report import Ending
from coach.core.runs.target import Target
from coach.engine.channel.report_reader import Channel
from coach.engine.process.ending import ended_with, quoted, signal_name, stopped
from coach.engine.process.supervise import Finished, Limits
from coach.engine.source.project_paths import Places

_PYTEST_INTERRUPTED, _PYTEST_INTERNAL, _PYTEST_USAGE, _PYTEST_NO_TESTS = 2, 3, 4, 5
_STACK_LINE = re.compile(r'^  File "(?P<file>.*)", line (?P<line>\d+) in (?P<function>.*)$', re.MULTILINE)
_COVERAGE = re.compile(r"(?:FAIL )?(Required test coverage of .*not reached.*|Coverage failure: .*)")
_OTHER_REASONS = re.compile(
    r"(maximum allowed warnings exceeded.*|^(?:FAIL|ERROR|FAILURE)\b[: ].*"
    r"|^\S.*\b(?:threshold|fail.under|not reached|exceeds?|exceeded|too many|too low|unused|obsolete|leaked)\b.*)",
    re.IGNORECASE,
)
_BANNER = re.compile(r"^!{3,} (?P<words>.+?) !{3,}$")
_USAGE = re.compile(r"^(?:ERROR: )?usage: ")
_PROGRAM_ERROR = re.compile(r"^\S.*?: error: (?P<words>.+)$")
_RAISED = re.compile(r"^[\w.]*(?:Error|Exception|Warning): .")
_SUMMARY = re.compile(r"^=* ?\d+ \w+.* in \d[\d.]*s\b")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a pytest run besides its exit status."""

    channel: Channel
    target: Target
    output: Sequence[str]
    """The newest lines."""
    place: str = ""
    """Where it hung, in words."""


def ending_of_pytest(finished: Finished, limits: Limits, evidence: Evidence) -> Ending:
    """Weigh the evidence of a pytest run."""
    channel = evidence.channel
    if not finished.stop:
        channel.give_up()
    if finished.stop:
        return stopped(finished, limits, evidence.place or _during(channel))
    if finished.exit_code < 0:
        sentence = f"killed by {signal_name(-finished.exit_code)} {_during(channel)}"
        return ended_with("signalled", sentence, finished)
    if channel.ended is None:
        return _without_end(finished, evidence)
    if channel.ended.exitstatus != finished.exit_code:
        sentence = f"pytest said {channel.ended.exitstatus} and the process ended with {finished.exit_code}"
        return ended_with("contradiction", sentence, finished)
    return _with_end(finished, evidence)


def hang_place(stacks: str, places: Places) -> str:
    """Name the deepest own line of the thread that pytest runs in, out of what faulthandler wrote."""
    threads = re.split(r"^(?=(?:Current thread|Thread) )", stacks, flags=re.MULTILINE)
    threads.sort(key=lambda text: "_pytest" not in text)
    for thread in threads:
        for found in _STACK_LINE.finditer(thread):
            path, own = places.name(found["file"])
            if own:
                return f"at {path}:{found['line']} in {found['function']}"
    return ""


def _without_end(finished: Finished, evidence: Evidence) -> Ending:
    """Describe a pytest that never said it was done: it was left in the middle, or could not begin."""
    channel, code = evidence.channel, finished.exit_code
    if channel.under_way:
        sentence = f"ended inside {channel.current_test} without a report (exit code {code})"
        return ended_with("ended_early", sentence, finished)
    if ending := _pytest_trouble(finished, evidence):
        return ending
    if channel.began is None and code == 0:
        sentence = "pytest ended with 0, but coach's probe saw nothing of it"
        return ended_with("contradiction", sentence, finished)
    where = f"after {channel.last_test}" if channel.last_test else "before any test began"
    return ended_with("ended_early", f"ended {where} without a report (exit code {code})", finished)


def _pytest_trouble(finished: Finished, evidence: Evidence) -> Ending | None:
    """Describe a pytest that is not there, was used wrongly or failed itself."""
    code, output = finished.exit_code, evidence.output
    if evidence.channel.began is None and _says(output, "No module named pytest"):
        return ended_with("no_pytest", "this python has no pytest", finished)
    if evidence.channel.began is None and _says(output, "coach_plugin") and code != 0:
        sentence = (
            f"coach's probe could not be loaded: {_last_error(output)}; is PYTHONPATH ignored (-I, -P)?"
        )
        return ended_with("usage_error", sentence, finished)
    if code == _PYTEST_USAGE:
        return ended_with("usage_error", _usage_sentence(evidence), finished)
    if code == _PYTEST_INTERNAL:
        return ended_with("internal_error", f"pytest failed itself: {_internal_line(output)}", finished)
    return None


def _with_end(finished: Finished, evidence: Evidence) -> Ending:
    channel, code = evidence.channel, finished.exit_code
    if code == _PYTEST_NO_TESTS or (code == _PYTEST_USAGE and _skipped_themselves(channel, evidence.target)):
        return ended_with("no_tests", _no_tests_sentence(channel, evidence.target), finished)
    if (
        channel.collect_failures and not channel.finished
    ):  # before exit 4: an id in such a file is "not found"
        noun = "file" if channel.collect_failures == 1 else "files"
        first = channel.failures[0]
        sentence = (
            f"{channel.collect_failures} {noun} could not be collected; first {first.test}: {first.exception}"
        )
        return ended_with("collection_error", sentence, finished)
    if ending := _pytest_trouble(finished, evidence):
        return ending
    stopped = channel.ended.text if channel.ended and not channel.failures else ""
    if code == _PYTEST_INTERRUPTED or stopped:
        said = [found["words"] for line in evidence.output if (found := _BANNER.match(line.strip()))]
        said = [each for each in (*said, stopped) if each and "KeyboardInterrupt" not in each]
        why = f": {quoted(said[0])}" if said else ""
        return ended_with("interrupted", f"pytest was interrupted {_during(channel)}{why}", finished)
    return _agreeing(finished, evidence)


def _agreeing(finished: Finished, evidence: Evidence) -> Ending:
    """Compare exit status 0 or 1 (or a plugin's own) with what the reports say."""
    channel = evidence.channel
    code, failures = finished.exit_code, channel.failed
    if code == 0 and channel.failures:
        if channel.failures_by_pytest > 0:  # two witnesses: they are red, whatever the code is
            noun = "test" if failures == 1 else "tests"
            sentence = f"{failures} {noun} failed, though something made the exit code 0"
            return ended_with("completed", sentence, finished)
        sentence = f"pytest ended with 0, but {len(channel.failures)} failures were reported"
    elif code == 0 and channel.finished != channel.selected:
        sentence = f"pytest ended with 0, but {channel.finished} of {channel.selected} tests reported an end"
    elif code != 0 and not channel.failures:
        if channel.is_whole and channel.failures_by_pytest <= 0 and 0 < channel.finished == channel.selected:
            return ended_with("completed", _code_of_its_own(code, evidence), finished)
        sentence = f"pytest ended with {code}, but no test was reported as failed"
    else:
        return ended_with("completed", "", finished)
    return ended_with("contradiction", sentence, finished)


def _code_of_its_own(code: int, evidence: Evidence) -> str:
    """Say that no test made the exit code: all that were selected have reported, and none of them failed."""
    channel = evidence.channel
    noun = "test" if channel.finished == 1 else "tests"
    if channel.reruns:
        tests = f"no test ended red, {len(set(channel.reruns))} failed first and passed when run again"
    elif channel.counts.passed == channel.finished:
        tests = f"all {channel.finished} {noun} passed" if channel.finished > 1 else "the test passed"
    else:
        tests = f"none of {channel.finished} {noun} failed, {channel.counts.passed} passed"
    for pattern, what in (
        (_COVERAGE, "the coverage threshold"),
        (_OTHER_REASONS, "something else than a test"),
    ):
        said = [found[1] for line in evidence.output if (found := pattern.search(line.strip()))]
        if said:
            return f"{tests}; {what} made the exit code {code}: {quoted(said[-1])}"
    return f"{tests}; a plugin or a hook, not a test, made the exit code {code}"


def _skipped_themselves(channel: Channel, target: Target) -> bool:
    """Whether the files of every word of the target skipped themselves: an id in one is "not found"."""
    skipped = [each.test for each in channel.collect_skipped]
    words = [TestId(word).file.removeprefix("./") for word in target.words]
    return (
        bool(words)
        and not channel.finished
        and all(
            any(word == test or word.endswith(f"/{test}") or test.endswith(f"/{word}") for test in skipped)
            for word in words
        )
    )


def _no_tests_sentence(channel: Channel, target: Target) -> str:
    if channel.collect_skipped:
        reason = channel.collect_skipped[0].reason or "without a reason"
        others = len(channel.collect_skipped) - 1
        more = f" (and {others} more that skipped themselves)" if others else ""
        return f"skipped: {quoted(reason)}{more}"
    if channel.deselected:
        by = f" by {channel.deselected_by}" if channel.deselected_by else ""
        return (
            f"all {channel.deselected} tests of {target.label} were deselected{by};"
            " look at -k and -m in addopts and PYTEST_ADDOPTS"
        )
    return f"no tests were found in {target.label}; check the path, and that names begin with test"


def _usage_sentence(evidence: Evidence) -> str:
    return _last_error(evidence.output) or f"pytest could not use the arguments {evidence.target.label}"


def _last_error(output: Sequence[str]) -> str:
    """Return pytest's own last word: an ``ERROR:`` line, or the error of a conftest that could not be loaded."""
    usage = [index for index, line in enumerate(output) if _USAGE.match(line)]
    for line in (
        output[usage[-1] :] if usage else ()
    ):  # there argparse says what is wrong; before, others print
        if found := _PROGRAM_ERROR.match(line):
            return quoted(found["words"])
    for line in reversed(output):
        if line.startswith("ERROR: ") and not line.startswith("ERROR: usage:"):
            return quoted(line.removeprefix("ERROR: "))
    errors = [line.removeprefix("E   ") for line in output if line.startswith("E   ")]
    loading = [line for line in output if "while loading conftest" in line]
    if loading:
        return quoted(": ".join([loading[-1].rstrip("."), *errors[-1:]]))
    raised = [line for line in output if _RAISED.match(line)]
    shown = raised or [line for line in output if "rror" in line and not _SUMMARY.match(line)]
    return quoted(shown[-1]) if shown else ""


def _internal_line(output: Sequence[str]) -> str:
    lines = [line.removeprefix("INTERNALERROR> ") for line in output if line.startswith("INTERNALERROR> ")]
    shown = [line for line in lines if line.strip() and not line.startswith(" ")]
    return quoted(shown[-1]) if shown else "see the output"


def _during(channel: Channel) -> str:
    if channel.under_way:
        return f"during {channel.current_test}"
    if channel.last_test:
        return f"after {channel.last_test}"
    return "during collection" if channel.began else "before pytest began"


def _says(output: Sequence[str], words: str) -> bool:
    return any(words in line for line in output)
