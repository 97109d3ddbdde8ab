"""The way from the bytes of a transcript to the model: recognises the format by content, never by a file's name."""

from coach.core.transcripts.model import Transcript


class NoTranscript(ValueError):
    """The bytes are no transcript that coach can read; the message is one sentence for people."""


def read_transcript(name: str, content: bytes) -> Transcript:
    """Return what a transcript tells.

    Args:
        name: what to call it in the message; nothing is concluded from it.
        content: the whole file.

    Raises:
        NoTranscript: it is of no known format, or of a known one and holds no step. Whatever else is wrong with it is
            counted in ``lacks``.

    """
    raise NoTranscript(f"{name} is no transcript that coach knows ({len(content)} bytes).")
