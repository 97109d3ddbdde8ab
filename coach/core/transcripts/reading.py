"""The way from the bytes of a transcript to the model: recognises the format by content, never by a file's name."""

from collections.abc import Callable
from dataclasses import dataclass

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import Source
from coach.core.transcripts.formats.aider import is_aider, read_aider
from coach.core.transcripts.formats.claude_code import is_claude_code, read_claude_code
from coach.core.transcripts.formats.codex import is_codex, read_codex
from coach.core.transcripts.formats.mini_swe_agent import is_mini_swe_agent, read_mini_swe_agent
from coach.core.transcripts.formats.openhands import is_openhands, read_openhands
from coach.core.transcripts.formats.openhands_sdk import is_openhands_sdk, read_openhands_sdk
from coach.core.transcripts.formats.swe_agent import is_swe_agent, read_swe_agent
from coach.core.transcripts.formats.vorflux import is_vorflux, read_vorflux
from coach.core.transcripts.model import Said, Transcript

MOST_BYTES = 256_000_000
"""Of one transcript: the longest known ones have a tenth of it."""


class NoTranscript(ValueError):
    """The bytes are no transcript that coach can read; the message is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of transcript: how it is recognised and read."""

    name: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Draft]


FORMATS = (
    Format("Claude Code", is_claude_code, read_claude_code),
    Format("Codex", is_codex, read_codex),
    Format("mini-swe-agent", is_mini_swe_agent, read_mini_swe_agent),
    Format("SWE-agent", is_swe_agent, read_swe_agent),
    Format("OpenHands", is_openhands, read_openhands),
    Format("OpenHands SDK", is_openhands_sdk, read_openhands_sdk),
    Format("Vorflux", is_vorflux, read_vorflux),
    Format("aider", is_aider, read_aider),
)
"""All known formats, in the order in which they are asked; no transcript belongs to two."""


def read_transcript(name: str, content: bytes) -> Transcript:
    """Return what a transcript tells.

    Args:
        name: what to call it in the message; nothing is concluded from it.
        content: the whole file.

    Raises:
        NoTranscript: it is of no known format, or of a known one and holds no step. Whatever else is wrong with it is
            counted in ``lacks``.

    """
    known = f"{', '.join(each.name for each in FORMATS[:-1])} and {FORMATS[-1].name}"
    if len(content) > MOST_BYTES:
        raise NoTranscript(
            f"{name} is longer than {MOST_BYTES // 1_000_000:,} MB, more than a transcript has."
        )
    source = Source(content.decode("utf-8", "replace"))
    for each in FORMATS:
        if each.recognises(source):
            transcript = each.read(source).finish(each.name)
            if all(isinstance(step.action, Said) for step in transcript.steps):
                raise NoTranscript(
                    f"{name} is a transcript of {each.name} in which nothing was run, edited or shown."
                )
            return transcript
    raise NoTranscript(f"{name} is no transcript that coach knows: it reads those of {known}.")
