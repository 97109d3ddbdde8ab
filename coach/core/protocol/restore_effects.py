"""The effects of a restore and what is seen of it; a part of ``effects``."""

from coach.core.base.text import Prose, Text
from coach.core.base.value import Value
from coach.core.history.kept_file import Kept


class RestoreTree(Value):
    """Find out what putting a recorded tree back means, and hold what undoes it. Answered by ``RestorePlanned``."""

    tree: str
    why: Text = ""
    modes: Text = ""
    written: tuple[Text, ...] = ()
    """Paths that the restore which this one undoes has written: of those the tree speaks, also when git ignored them then."""
    since: str = ""
    """The tree before a restore that was interrupted, when this one finishes it."""
    since_modes: Text = ""


class PutBack(Value):
    """Put the tree into the checkout. Performed only once the log says so. Answered by ``TreePutBack`` or ``RestoreFailed``."""

    tree: str
    now: str
    """The tree that is there now."""
    before: str
    """The tree that undoes it: ``now``, or where an interrupted restore began."""
    why: Text = ""
    written: tuple[Text, ...] = ()
    modes: Text = ""
    now_modes: Text = ""
    before_modes: Text = ""


class TreePutBack(Value):
    """The checkout holds a recorded tree again; ``before`` is what it held."""

    tree: str
    before: str
    why: Text = ""
    paths: tuple[Text, ...] = ()
    kept: tuple[Kept, ...] = ()
    modes: Text = ""
    """Of ``before``."""


class RestorePlanned(Value):
    """What putting a tree back will do; nothing is done yet."""

    put_back: PutBack
    paths: tuple[Text, ...] = ()
    kept: tuple[Kept, ...] = ()


class RestoreFailed(Value):
    """Files could not be put back: all is as it was, or ``message`` says what is not."""

    tree: str
    message: Prose


class RestoreFound(Value):
    """What became of a restore that was begun and whose end nobody told."""

    tree: str
    before: str
    why: Text = ""
    paths: tuple[Text, ...] = ()
    written: int = 0
    aside: tuple[Text, ...] = ()
    modes: Text = ""
    before_modes: Text = ""
    is_over: bool = False
    """It ended, and others may have edited since: what is not as wanted is no part of it."""
