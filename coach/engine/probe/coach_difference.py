"""Where two compared values part, taken while both are alive.

PYTEST_DONT_REWRITE

Runs inside the user's test, once a comparison has failed, on Python 3.8+ with the standard library only. It reads what
builtin types, dataclasses and ``__dict__`` hold, never a property; foreign code runs only through the ``==`` and
``repr()`` that the failed comparison and its message have called already. Time, nodes and sizes are bounded.
"""

from collections import deque

from coach_values import (
    MOST_ITEMS, ahead, attribute, attributes, base_of, common, cut, fields, gap, is_approx, joined, keeps_equality,
    listed, named, pairs, quoted, typed,
)

MOST = 5
"""Differences that are told."""
MOST_FOUND, MOST_NODES, MOST_DEPTH = 20, 20_000, 40
SECONDS = 0.05
SHORT_TEXT = 60
WORDS = {
    "in": "to contain %s",
    "not in": "not to contain %s",
    "is": "to be %s",
    "is not": "not to be %s",
    "!=": "not to be %s",
}


class Tolerance:
    """How far apart two numbers may be and still count as equal."""

    def __init__(self, relative=0.0, absolute=0.0, text=""):
        self.relative, self.absolute, self.text = relative, absolute, text

    def holds(self, got, wanted):
        return abs(got - wanted) <= self.absolute + self.relative * abs(wanted)


def differences(operator, got, wanted, render, clock, tolerance=None):
    """Return at most five ``[path, got, wanted]``, outermost first; raises nothing but KeyboardInterrupt."""
    walk = _Walk(render, clock, tolerance)
    try:
        if operator in WORDS or operator in ("<", ">", "<=", ">="):
            return [walk.relation(operator, got, wanted)]
        if operator == "unordered":
            got, wanted = walk.leftovers(got, wanted)
        walk.node("", 0, got, wanted)
        if not walk.found and operator != "unordered" and not walk.is_over:
            walk.add("", got, wanted)
    except KeyboardInterrupt:
        raise
    except BaseException:
        pass
    walk.found.sort(key=lambda each: each[0])
    return [[path[:300], mine, other] for _, path, mine, other in walk.found[:MOST]]


class _Found:
    """What was found so far, within the bounds; texts are compared here."""

    def __init__(self, clock):
        self.clock = clock
        self.deadline = clock() + SECONDS
        self.nodes = 0
        self.is_over = False
        self.found = []

    def is_spent(self):
        self.nodes += 1
        if self.nodes > MOST_NODES or (self.nodes % 16 == 0 and self.clock() > self.deadline):
            self.is_over = True
        return self.is_over or len(self.found) >= MOST_FOUND

    def put(self, path, depth, got, wanted):
        self.found.append((depth, path, got, wanted))

    def text(self, path, depth, got, wanted):
        column = common(got, wanted)
        if column == len(got) == len(wanted):
            return
        if "\n" in got or "\n" in wanted:
            self.lines(path, depth, got, wanted, column)
        elif max(len(got), len(wanted)) <= SHORT_TEXT:
            self.put(path, depth, *quoted(got, wanted))
        else:
            where = named(path, "column %d" % (column + 1))
            self.put(where, depth, *quoted(got, wanted, column))

    def lines(self, path, depth, got, wanted, start):
        """Pair lines from the first difference on; lines that are too many or missing are found a few lines ahead."""
        number = got.count("\n", 0, start) + 1
        begin = got.rfind("\n", 0, start) + 1
        mine, other = (each[begin:].split("\n", 3_000)[:3_000] for each in (got, wanted))
        i = j = told = 0
        while (i < len(mine) or j < len(other)) and told < MOST:
            if self.is_spent():
                return
            if i < len(mine) and j < len(other) and mine[i] == other[j]:
                i, j = i + 1, j + 1
                continue
            told += 1
            where = named(path, "line %d" % (number + i))
            more, less = ahead(mine, i, other, j), ahead(other, j, mine, i)
            if j >= len(other) or (more and (not less or more <= less)):
                self.put(where, depth, cut(mine[i], 0), "")
                i += 1
            elif i >= len(mine) or less:
                self.put(where, depth, "", cut(other[j], 0))
                j += 1
            else:
                column = common(mine[i], other[j])
                self.put("%s, column %d" % (where, column + 1), depth, *quoted(mine[i], other[j], column))
                i, j = i + 1, j + 1

    def octets(self, path, depth, got, wanted):
        at = common(got, wanted)
        if at == len(got) == len(wanted):
            return
        if max(len(got), len(wanted)) <= SHORT_TEXT:
            self.put(path, depth, repr(got), repr(wanted))
        else:
            self.put(named(path, "byte %d" % at), depth, cut(got, at), cut(wanted, at))


class _Walk(_Found):
    """Goes through two values side by side."""

    def __init__(self, render, clock, tolerance):
        _Found.__init__(self, clock)
        self.tolerance = tolerance
        self.render_value = render
        self.under_way = set()

    def render(self, value):
        return self.render_value(value, self.deadline)

    def add(self, path, got, wanted, depth=0):
        mine, other = self.render(got), self.render(wanted)
        if mine == other:
            if type(got) is not type(wanted):
                mine, other = typed(mine, got), typed(other, wanted)
            else:
                other += " (another object)" if len(other) < 110 else " (differs further on)"
        self.put(path, depth, mine + gap(got, wanted), other)

    # ---- relations other than equality

    def relation(self, operator, got, wanted):
        if operator in ("in", "not in"):
            got, wanted = wanted, got
        return ["", self.render(got) + gap(got, wanted), WORDS.get(operator, operator + " %s") % self.render(wanted)]

    def leftovers(self, got, wanted):
        """Return what is too much and what is missing, whatever the order."""
        rest = list(wanted)[:MOST_ITEMS]
        more = []
        for item in list(got)[:MOST_ITEMS]:
            if self.is_spent():
                break
            for index, other in enumerate(rest):
                if self.is_equal(item, other):
                    del rest[index]
                    break
            else:
                more.append(item)
        for index in range(min(max(len(more), len(rest)), MOST)):
            mine = self.render(more[index]) if index < len(more) else ""
            self.put("", 0, mine, self.render(rest[index]) if index < len(rest) else "")
        return (), ()

    # ---- the walk

    def node(self, path, depth, got, wanted):
        if got is wanted or self.is_spent():
            return
        if depth > MOST_DEPTH:
            if not self.is_equal(got, wanted):
                self.add(path, got, wanted, depth)
            return
        pair = (id(got), id(wanted))
        if pair in self.under_way:
            return
        self.under_way.add(pair)
        try:
            self.compare(path, depth, got, wanted)
        finally:
            self.under_way.discard(pair)

    def compare(self, path, depth, got, wanted):
        if is_approx(wanted) or is_approx(got):
            self.approximate(path, depth, got, wanted)
            return
        kinds = type(got), type(wanted)
        if all(kind in (int, float) for kind in kinds) and self.tolerance is not None:
            if not self.tolerance.holds(got, wanted):
                self.put(path, depth, repr(got) + gap(got, wanted), repr(wanted) + self.tolerance.text)
            return
        base = base_of(kinds)
        if base is not None and (keeps_equality(kinds, base) or not self.is_equal(got, wanted)):
            self.inside(base, path, depth, got, wanted)
        elif base is None and not self.is_equal(got, wanted):
            self.foreign(path, depth, got, wanted)

    def inside(self, base, path, depth, got, wanted):
        before = len(self.found)
        if base is dict:
            self.mapping(path, depth, got, wanted)
        elif base in (list, tuple, deque):
            self.sequence(path, depth, list(base.__iter__(got)), list(base.__iter__(wanted)), fields(got, wanted))
        elif base in (set, frozenset):
            self.members(path, depth, got, wanted)
        elif base is str:
            self.text(path, depth, str.__str__(got), str.__str__(wanted))
        else:
            self.octets(path, depth, bytes(base.__iter__(got)), bytes(base.__iter__(wanted)))
        is_plain = type(got) is base and type(wanted) is base
        if len(self.found) == before < MOST_FOUND and not self.is_over and not is_plain:
            if not self.is_equal(got, wanted):  # an order, or what a subclass knows beside its items
                self.add(path, got, wanted, depth)

    def foreign(self, path, depth, got, wanted):
        arrays = listed(got, wanted)
        if arrays is not None:
            self.sequence(path, depth, arrays[0], arrays[1], ())
            return
        before = len(self.found)
        if type(got) is type(wanted):
            for names in attributes(got, wanted):
                for name in names:
                    mine, other = attribute(got, name), attribute(wanted, name)
                    self.node(joined(path, name), depth + 1, mine, other)
                if len(self.found) > before:
                    return
        if len(self.found) == before < MOST_FOUND and not self.is_over:
            self.add(path, got, wanted, depth)

    def is_equal(self, got, wanted):
        if self.clock() > self.deadline:
            self.is_over = True
            return True  # not known: better no word than a wrong one
        try:
            return bool(got == wanted)
        except KeyboardInterrupt:
            raise
        except BaseException:
            return False

    def mapping(self, path, depth, got, wanted):
        items = list(dict.items(got))[:MOST_ITEMS]
        for key, value in items:
            if self.is_spent():
                return
            if not dict.__contains__(wanted, key):
                self.put(self.keyed(path, key), depth + 1, self.render(value), "")
            else:
                self.node(self.keyed(path, key), depth + 1, value, dict.__getitem__(wanted, key))
        for key, value in list(dict.items(wanted))[:MOST_ITEMS]:
            if self.is_spent():
                return
            if not dict.__contains__(got, key):
                self.put(self.keyed(path, key), depth + 1, "", self.render(value))

    def keyed(self, path, key):
        if type(key) is str and key.isidentifier():
            return joined(path, key)
        return "%s[%s]" % (path, self.render(key))

    def sequence(self, path, depth, got, wanted, fields):
        if len(got) == len(wanted):
            for index, (mine, other) in enumerate(zip(got, wanted)):
                self.node(joined(path, fields[index]) if fields else "%s[%d]" % (path, index), depth + 1, mine, other)
                if self.is_over or len(self.found) >= MOST_FOUND:
                    return
            return
        first, last = 0, 0
        least = min(len(got), len(wanted))
        while first < least and self.is_same(got[first], wanted[first]):
            first += 1
        while last < least - first and self.is_same(got[-1 - last], wanted[-1 - last]):
            last += 1
        mine, other = got[first : len(got) - last], wanted[first : len(wanted) - last]
        for index in range(min(max(len(mine), len(other)), MOST_FOUND)):
            place = "%s[%d]" % (path, first + index)
            if index >= len(other):
                self.put(place, depth + 1, self.render(mine[index]), "")
            elif index >= len(mine):
                self.put(place, depth + 1, "", self.render(other[index]))
            else:
                self.node(place, depth + 1, mine[index], other[index])

    def is_same(self, got, wanted):
        """Whether a walk finds no difference; what it finds is forgotten."""
        kept, self.found = self.found, []
        self.node("", 1, got, wanted)
        is_same, self.found = not self.found, kept
        return is_same and not self.is_over

    def members(self, path, depth, got, wanted):
        more = sorted(self.render(each) for each in got if not self.is_spent() and each not in wanted)
        less = sorted(self.render(each) for each in wanted if not self.is_spent() and each not in got)
        for index in range(min(max(len(more), len(less)), MOST)):
            mine = more[index] if index < len(more) else ""
            self.put("%s{…}" % path, depth + 1, mine, less[index] if index < len(less) else "")

    def approximate(self, path, depth, got, wanted):
        approx, value = (wanted, got) if is_approx(wanted) else (got, wanted)
        expected = vars(approx).get("expected")
        if self.is_equal(got, wanted):
            return
        one_by_one = getattr(approx, "_approx_scalar", None)
        parts = pairs(value, expected) if one_by_one is not None else None
        if parts is None:
            self.put(path, depth, self.render(value) + gap(value, expected), self.render(approx))
            return
        for key, mine, other in parts:
            scalar = one_by_one(other)
            if self.is_spent() or self.is_equal(mine, scalar):
                continue
            place = "%s[%d]" % (path, key) if type(key) is int else self.keyed(path, key)
            self.put(place, depth + 1, self.render(mine) + gap(mine, other), self.render(scalar))
