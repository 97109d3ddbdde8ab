"""What a report says in its own words: a doctest's, an item's own, pytest's notes and hints.

PYTEST_DONT_REWRITE

An item may say what failed in words of its own (``repr_failure``), and plugins may put theirs into the report. Those are
what a person reads, so they are what the failure says. Python 3.8+, standard library.
"""

import re

WORDS_LIMIT = 4_000
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
WORKER = re.compile(r"worker '?gw\d+'? ")
PHASES = ("setup", "call", "teardown")


def report_words(longrepr, error, text):
    """Return what a report says in place of the exception's text; empty: nothing else.

    Args:
        longrepr: the report's representation.
        error: the exception; None when only the report is there.
        text: what the exception itself says.

    """
    if longrepr is None or type(error).__name__ in ("FixtureLookupError", "FixtureLookupErrorRepr"):
        return ""
    if type(longrepr) is tuple:
        return ""
    crash = getattr(longrepr, "reprcrash", None)
    if crash is None and getattr(longrepr, "reprtraceback", None) is not None:
        return ""
    if crash is not None:
        return _of_another(str(getattr(crash, "message", "") or ""), error, text)
    said = COLOURS.sub("", str(longrepr)).strip("\n")
    return said if said.strip() and said.strip() != text.strip() else ""


def _of_another(said, error, text):
    """Return the words of a representation that is made of another exception than the one that was raised."""
    if error is None or type(getattr(error, "exceptions", None)) is tuple:
        return ""
    first = " ".join(text.split())[:60]
    plain = " ".join(said.split())
    is_same = not first or first in plain or type(error).__name__ in plain
    return "" if is_same or not plain else said


def notes_of(error):
    """Return the notes that were added to an exception, such as the falsifying example of a property."""
    notes = getattr(error, "__notes__", None)
    if not isinstance(notes, (list, tuple)):
        return ""
    return "".join("\n" + str(each)[:2_000] for each in list(notes)[:10] if str(each).strip())


def subtest_of(report):
    """Name the subtest that a report is about; empty: it is about the test itself."""
    context = getattr(report, "context", None)
    if context is None or not hasattr(context, "kwargs"):
        return ""
    try:
        parts = ["[%s]" % context.msg] if context.msg is not None else []
        parts += ["(%s)" % ", ".join("%s=%s" % (name, _bare(value)) for name, value in dict(context.kwargs).items())] if context.kwargs else []
        return "subtest %s: " % " ".join(parts)[:300] if parts else ""
    except Exception:
        return ""


def _bare(value):
    """Take the quotes off that pytest puts around a subtest's values, once here and once more on the way of a worker."""
    text = str(value)
    for _ in range(2):
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            text = text[1:-1]
    return text


def crash_words(report):
    """Return what a worker or a forked child left when it died: its plugin's words, and how to see the stack."""
    said = COLOURS.sub("", str(report.longrepr)).strip()
    is_forked = "CRASHED with signal" in said or "EXITED with status" in said
    if is_forked:
        said = said.rpartition(": ")[2] or said
        return "%s\nrun it without --forked to see the stack" % said
    hint = "\nrun it without -n (or with -n 0) to see the stack" if "worker" in said else ""
    return WORKER.sub("worker ", said) + hint


# ---- doctests -----------------------------------------------------------------------------------------------------


class Example:
    """A doctest's example that failed: what it says, where it stands, what it wanted, and the exception it raised."""

    def __init__(self, failure):
        test, example = failure.test, failure.example
        self.file = str(test.filename)
        self.line = 0 if test.lineno is None else test.lineno + example.lineno + 1
        self.name = str(test.name)
        self.source = str(example.source).strip()
        raised = getattr(failure, "exc_info", None)
        self.error = raised[1] if raised else None
        self.want = str(example.want)
        self.got = str(getattr(failure, "got", ""))

    def words(self):
        if self.error is not None:
            return "%s\nUnexpected exception: %s: %s" % (self.source, type(self.error).__name__, self.error)
        return "Expected:\n%sGot:\n%sin %s" % (_indented(self.want), _indented(self.got), self.source)


def examples_of(error):
    """Return the failed examples that a doctest's exception is about; none when it is none."""
    failures = getattr(error, "failures", None) if type(error).__name__ == "MultipleDoctestFailures" else [error]
    found = []
    for each in list(failures or ())[:5]:
        if type(each).__name__ in ("DocTestFailure", "UnexpectedException") and hasattr(each, "example"):
            found.append(Example(each))
    return found


def _indented(text):
    lines = text.split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    return "".join("    %s\n" % line for line in lines) or "    nothing\n"


# ---- exceptions behind an exception -------------------------------------------------------------------------------


MOST_CAUSES, MOST_MEMBERS = 8, 5


def causes_of(error):
    """Return (kind, exception) of what stands behind an exception, nearest first: chained ones and members of groups."""
    found, seen = [], {id(error)}
    todo = [(error, 0)]
    while todo and len(found) < MOST_CAUSES:
        each, depth = todo.pop(0)
        later = []
        for kind, other in _behind(each):
            if other is None or id(other) in seen or depth > 20:
                continue
            seen.add(id(other))
            later.append((kind, other))
        for kind, other in later:
            if len(found) < MOST_CAUSES:
                found.append((kind, other))
        todo = [(other, depth + 1) for _, other in later] + todo
    return found


def _behind(error):
    members = getattr(error, "exceptions", None) if type(error).__name__.endswith("Group") else None
    if type(members) is tuple:
        for each in members[:MOST_MEMBERS]:
            if isinstance(each, BaseException):
                yield "member", each
    if error.__cause__ is not None:
        yield "cause", error.__cause__
    elif error.__context__ is not None and not error.__suppress_context__:
        yield "context", error.__context__
