"""In which order the functions of one test ran, and which of them ran before its exception was first raised.

PYTEST_DONT_REWRITE

A failure has consequences: logging, error pages, clean-up. They run in no passing test either, so that only the order tells
them from the cause. Each call counts on; a fresh raise begins a new stretch, and of each function the last call of every
stretch is kept, so that for any exception one knows what ran before it. What the words of an assertion call (a ``__repr__``)
is a consequence too, although it runs before the raise.
Standard library only, Python 3.8+.
"""

MOST_STRETCHES = 16
MOST_RAISES = 5_000
MOST_FUNCTIONS = 2_000
MOST_WALKED = 60
_WORDS = ("/_pytest/_io/", "/_pytest/assertion/", "/unittest/util.py", "/pprint.py", "/reprlib.py", "/coach_")


class Sequence:
    reporters = {}
    """Path → whether its code puts the words of a failure together."""

    def __init__(self):
        self.reporting = None
        self.only_told = {}
        self.now = self.stretch = 0
        self.ran = {}
        self.raises = {}
        self.heads = {}
        self.is_whole = True

    def called(self, entry):
        """A function was called, or one of its lines ran."""
        self.now += 1
        seen = self.ran.get(entry)
        if seen is None:
            self.ran[entry] = [self.now, [[self.stretch, self.now]]]
            return
        last = seen[1][-1]
        if last[0] == self.stretch:
            last[1] = self.now
        else:
            seen[1].append([self.stretch, self.now])
            if len(seen[1]) > MOST_STRETCHES:
                del seen[1][0]

    def is_reporter(self, frame):
        """Whether a frame is of code that puts the words of a failure together."""
        if frame is None:
            return False
        path = frame.f_code.co_filename
        if path not in self.reporters:
            plain = path.replace("\\", "/")
            self.reporters[path] = any(each in plain for each in _WORDS)
        return self.reporters[path]

    def is_told(self, frame):
        """Whether a frame, or one that it was called from, was called for the words of a failure."""
        for _ in range(MOST_WALKED):
            if frame is None:
                return False
            if self.is_reporter(frame):
                return True
            frame = frame.f_back
        return False

    def told(self, entry):
        """A function was called for the words of a failure."""
        self.only_told[entry] = True

    def raised(self, error, entry):
        """An exception is in a frame of own code; ``entry`` is its traceback there. Only its first raise counts.

        The number of an exception may have been another one's before, so its traceback must go on from what was seen.
        """
        key = id(error)
        if key in self.raises and self._goes_on(entry, self.heads.get(key)):
            self.heads[key] = id(entry)
            return
        if len(self.raises) >= MOST_RAISES:
            self.raises.clear()
            self.heads.clear()
        self.raises[key], self.heads[key] = self.now, id(entry)
        self.stretch += 1

    @staticmethod
    def _goes_on(entry, head):
        each = entry.tb_next if entry is not None else None
        for _ in range(MOST_WALKED):
            if each is None:
                return False
            if id(each) == head:
                return True
            each = each.tb_next
        return True

    def before(self, errors):
        """Return rows [file, first line, position] of functions, for exceptions that stand behind one failure.

        Position 1 ran last before the first of them was raised; 0: it ran before, it is not known when; -1: only after.
        None: no raise of theirs was seen.
        """
        known = [self.raises[id(each)] for each in errors if id(each) in self.raises]
        if not known:
            return None
        moment = min(known)
        last, rows = [], []
        for entry, (first, stretches) in self.ran.items():
            code = entry.code
            place = [entry.file, code.co_firstlineno]
            if first > moment:
                rows.append(place + [-1])
                continue
            times = [each[1] for each in stretches if each[1] <= moment]
            if times and self.is_whole:
                last.append((max(times), place))
            else:
                rows.append(place + [0])
        rows += [[each.file, each.code.co_firstlineno, -1] for each in self.only_told if each not in self.ran]
        last.sort(key=lambda each: -each[0])
        return [place + [index + 1] for index, (_, place) in enumerate(last)][:MOST_FUNCTIONS] + rows[:MOST_FUNCTIONS]
