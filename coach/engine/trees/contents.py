"""Read the contents of files by their ids, as many as fit into memory."""

from collections.abc import Sequence

from coach.engine.trees.git import Git


def contents_of(git: Git, blobs: Sequence[str], most_bytes: int = 0) -> dict[str, bytes]:
    """Return file contents by their ids, in order, until the next would exceed ``most_bytes`` (0: all). Raises GitError."""
    asked = "\n".join(dict.fromkeys(blobs)).encode()
    if most_bytes:
        chosen, total = [], 0
        listed = git.run("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
        for line in listed.decode().splitlines():
            name, _, size = line.partition(" ")
            if size.isdecimal() and total + int(size) <= most_bytes:
                chosen.append(name)
                total += int(size)
        asked = "\n".join(chosen).encode()
    return _batched(git.run("cat-file", "--batch", stdin=asked)) if asked else {}


def _batched(answer: bytes) -> dict[str, bytes]:
    """Read ``git cat-file --batch``: a line of id, type and size, the content, a newline."""
    found: dict[str, bytes] = {}
    position = 0
    while position < len(answer):
        end = answer.index(b"\n", position)
        name, _, size = answer[position:end].decode().rpartition(" ")
        position = end + 1
        if size.isdecimal():  # else it is missing
            found[name.partition(" ")[0]] = answer[position : position + int(size)]
            position += int(size) + 1
    return found
