"""The edits of an ``apply_patch`` call."""

from coach.core.transcripts.model import Edited
from coach.core.transcripts.patches import read_begin_patch


def patch_edits(patch: str, *, failed: bool) -> list[Edited] | None:
    """Return an edit for each file of a patch; None where it is not of the form ``*** Begin Patch``."""
    files = read_begin_patch(patch)
    if files is None:
        return None
    edits = []
    for each in files:
        if each.old is None and each.new is not None:
            text = "".join(hunk.new for hunk in each.hunks)
            edits.append(Edited(path=each.new, kind="write", new=text, failed=failed))
        elif each.old is not None and each.new is None:
            edits.append(Edited(path=each.old, kind="delete", failed=failed))
        elif each.old is not None:
            moved = each.new if each.new != each.old else None
            edits.append(
                Edited(path=each.old, kind="patch", hunks=tuple(each.hunks), moved_to=moved, failed=failed)
            )
    return edits
