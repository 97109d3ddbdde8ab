"""The event of a session that was made from somebody else's transcript; it stands with all others in ``coach.core.log.events``."""

from typing import Literal

from coach.core.base.text import CoachId, Name, Prose, TreeId
from coach.core.base.value import Value


class Lack(Value):
    """Something of a transcript that could not be read or is not in it."""

    what: Prose
    count: int


class Imported(Value):
    """All that follows was read from a transcript: nothing of it was run by coach, and nobody goes on with it."""

    kind: Literal["imported"] = "imported"
    format: Name
    """The tool whose record it is."""
    assistant: Name = ""
    """The model, as the transcript names it."""
    source: Name = ""
    """The name of the file."""
    digest: CoachId = ""
    """SHA-256 of its bytes, hexadecimal."""
    base: TreeId = ""
    """The commit whose files the edits were read against; empty: what the transcript shows is all that is known of them."""
    steps: int = 0
    runs: int = 0
    targets: int = 0
    """Different things that were run: each has a history of its own."""
    attempts: int = 0
    """Edits between two runs of the same target."""
    unread_attempts: int = 0
    """How many of these changed a file whose content is not known: rules about content said nothing there."""
    lost: tuple[Lack, ...] = ()
