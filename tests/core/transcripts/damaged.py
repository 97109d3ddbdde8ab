"""Damages transcripts as disks, programs and people do: cut off, bytes swapped, values of another type, deep, huge, torn."""

import json
from copy import deepcopy

STRANGE = [
    None,
    True,
    -1,
    0,
    10**30,
    1e308,
    "",
    "\0",
    "\ud800",
    "x" * 5_000,
    [],
    {},
    [[[[]]]],
    {"a": {"b": None}},
    "sed -i 's/a*a*a*b/c/' half.py && python - <<'EOF'\nwhile True: pass\nEOF",
    "cat <<EOF > $(x) `y` ${z} <(w) {a,b}* ~ # \\",
    "git stash pop; git checkout -- .; git diff > p; git apply -R p; git reset --hard HEAD~3",
    "*** Begin Patch\n*** Update File: half.py\n@@\n-nothing\n+x\n*** End Patch",
    "--- a/half.py\n+++ b/half.py\n@@ -1,9 +1,9 @@\n-def\n+fed\n",
    "NaN",
    "2026-13-45T99:99:99Z",
    float("inf"),
]


def _strange(random):
    return deepcopy(random.choice(STRANGE))


def _places(value, path=()):
    """Yield the way to every value inside a value of JSON."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*path, index))


def _changed(random, record):
    """Put a strange value somewhere in a record; sometimes one that is made of the record itself."""
    places = [path for path in _places(record) if path]
    if not places:
        return _strange(random)
    path = random.choice(places)
    holder = record
    for key in path[:-1]:
        holder = holder[key]
    what = random.randrange(8)
    if what == 0:
        del holder[path[-1]]
    elif what == 1:
        holder[path[-1]] = json.loads(json.dumps(record))
    elif what == 2 and isinstance(holder, dict):
        holder[random.choice(["type", "content", "input", "output", "role", "message", "state"])] = _strange(
            random
        )
    elif isinstance(holder[path[-1]], str) and what < 6:
        text = holder[path[-1]]
        at = random.randrange(len(text) + 1)
        holder[path[-1]] = (
            text[:at] + str(random.choice(STRANGE[4:]))[:200] + text[at + random.randrange(3) :]
        )
    else:
        holder[path[-1]] = _strange(random)
    return record


def _bytes_changed(random, content):
    data = bytearray(content)
    for _ in range(random.randrange(1, 8)):
        if not data:
            break
        at = random.randrange(len(data))
        what = random.randrange(5)
        if what == 0:
            del data[at:]
        elif what == 1:
            data[at] = random.randrange(256)
        elif what == 2:
            other = random.randrange(len(data))
            data[at], data[other] = data[other], data[at]
        elif what == 3:
            data[at:at] = random.choice(
                [b"\0", b"\xff", b"[" * 3_000, b'{"a":' * 2_000, b"9" * 5_000, b"\\ud800", b"\n"]
            )
        else:
            other = random.randrange(len(data))
            data[at:at] = data[other : other + 300]
    return bytes(data)


def damaged(random, content):
    """Return a transcript with some damage, of a kind and at places that ``random`` chooses."""
    if random.randrange(3) == 0:
        return _bytes_changed(random, content)
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        parts = content.split(b"\n")
        at = random.randrange(len(parts))
        try:
            parts[at] = json.dumps(_changed(random, json.loads(parts[at]))).encode()
        except (ValueError, RecursionError):
            return _bytes_changed(random, content)
        return b"\n".join(parts)
    for _ in range(random.randrange(1, 4)):
        whole = _changed(random, whole)
        if not isinstance(whole, dict | list):
            break
    try:
        return json.dumps(whole).encode()
    except ValueError:
        return content
