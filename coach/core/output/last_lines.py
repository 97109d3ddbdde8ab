"""The last lines of an output that nobody can read: those that tell of an error, without counters and closing words."""

import re
from collections.abc import Sequence

_MOST, _MAX_INFORMATIVE = 5, 3
_NEAR = 60
"""Lines from the end in which words of errors are looked for."""
_CLOSING = re.compile(
    r"(?:g?make(?:\[\d+\])?: (?:\*\*\*|Leaving|Entering|Nothing)|npm (?:ERR!|error)|error Command failed|info Visit https?:"
    r"|ERROR: \S+ exit(?:ed)? |error: Recipe |task: Failed to run|ninja: build stopped|\S+: (?:FAIL|commands failed)"
    r"|nox > |  \S+: (?:OK|FAIL)|(?:The )?command .* (?:failed|exited) with|Error: Process completed with exit code"
    r"|ELIFECYCLE|\s*ELIFECYCLE|exit (?:status|code)|exited with|Exit code|##\[error\]|real\s|user\s|sys\s)"
)
_PROGRESS = re.compile(
    r"(?:[.sFExX]{3,}|\[?[#=>.\s-]{4,}\]?|\s*\d{1,3}(?:\.\d+)?%.*|.*\b\d{1,3}%\|.*|(?:time|took|finished|duration|elapsed|done|ran|total|files|start at)\b.*\d.*)$",
    re.IGNORECASE,
)
_INFORMATIVE = re.compile(
    r"\b(?:\w*error|\w*exception|fail(?:ed|ure|s)?|fatal|cannot|can't|could not|not found|no such|denied|undefined|unexpected|"
    r"invalid|missing|refused|mismatch|expected|differs?|abort(?:ed)?|panic|assert\w*|segmentation|killed|not ok|wrong|bad|unable)\b",
    re.IGNORECASE,
)
_OWN_TIME = re.compile(
    r"(?:\b(?:in|after|took)\s*+|(?<!\s)\s*+)\b\d+(?:\.\d+)?\s?(?:ms|s|sec|secs|seconds|m|min|minutes)\b"
)
_COUNTED = re.compile(
    r"\b\d{1,9}(?: ?/ ?| of )\d{1,9}\b(?= (?:tests?|files?|checks?|items?|cases?|specs?))|\bran \d{1,9} (?:tests?|checks?)\b",
    re.IGNORECASE,
)


def informative_lines(lines: Sequence[str]) -> str:
    """Return the last lines that tell of an error; the last ones that say anything when none does."""
    said = [line.strip() for line in lines if line.strip()]
    kept = [line for line in said if not _CLOSING.match(line) and not _PROGRESS.match(line)] or said
    near = kept[-_NEAR:]
    informative = [row for row, line in enumerate(near) if _INFORMATIVE.search(line[:500])]
    if not informative:
        return _settled(kept[-_MOST:])
    return _settled([near[row] for row in informative[-_MAX_INFORMATIVE:]])


def _settled(lines: Sequence[str]) -> str:
    """Take out how long it took and how many there were: the same failure says other figures the next time."""
    return "\n".join(_COUNTED.sub("…", _OWN_TIME.sub("…", line)) for line in lines)
