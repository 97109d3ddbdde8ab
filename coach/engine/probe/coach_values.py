"""What compared values are made of: containers, attributes, numbers, lines of text.

PYTEST_DONT_REWRITE

Beside ``coach_difference``: Python 3.8+, standard library, and no property of a foreign object is ever read.
"""

import sys
import types
from collections import deque
from math import isfinite
from unicodedata import normalize

MOST_ITEMS = 20_000
AROUND, BEFORE = 100, 40
LOOK_AHEAD = 50
STDLIB = getattr(sys, "stdlib_module_names", frozenset(sys.builtin_module_names))
ARRAYS = frozenset(("numpy", "pandas", "polars", "torch", "tensorflow", "jax", "xarray", "scipy"))
HEAP_TYPE = 1 << 9
"""Flag of types that a class statement made."""
BASES = (dict, list, tuple, str, bytes, bytearray, set, frozenset, deque)


def base_of(kinds):
    """Return the builtin container or text that both are of; None: they are compared as they are."""
    for base in BASES:
        if all(issubclass(kind, base) for kind in kinds):
            return base
    if all(issubclass(kind, (set, frozenset)) for kind in kinds):
        return frozenset
    return None


def keeps_equality(kinds, base):
    """Whether ``==`` of both types is that of the builtin one; else a type's own word decides first."""
    for kind in kinds:
        for each in kind.__mro__:
            if "__eq__" in vars(each):
                if each is not base and each not in BASES and each.__module__ != "collections":
                    return False
                break
    return True


def fields(got, wanted):
    """Return the names of a named tuple's places, when both have the same."""
    mine, other = (getattr(type(each), "_fields", ()) for each in (got, wanted))
    is_named = type(mine) is tuple and mine == other and all(type(each) is str for each in mine)
    return mine if is_named and issubclass(type(got), tuple) and len(mine) == len(got) else ()


def is_approx(value):
    kind = type(value)
    return kind.__module__ in ("_pytest.python_api", "_pytest.approx") and kind.__name__.startswith("Approx")


def pairs(value, expected):
    """Return (key, value, expected) of the parts of an approximate sequence or mapping; None: it is one number."""
    if issubclass(type(expected), dict) and issubclass(type(value), dict):
        if dict.keys(value) != dict.keys(expected):
            return None
        return [(key, dict.__getitem__(value, key), other) for key, other in list(dict.items(expected))[:MOST_ITEMS]]
    if type(expected).__name__ == "ndarray":
        expected = expected.tolist()
    if type(value).__name__ == "ndarray":
        value = value.tolist()
    if issubclass(type(expected), (list, tuple)) and issubclass(type(value), (list, tuple)):
        if len(value) != len(expected):
            return None
        return list(zip(range(MOST_ITEMS), value, expected))
    return None


def listed(got, wanted):
    """Return small arrays of numbers as lists; None: they are none, or of unlike shape."""
    names = [type(each).__name__ for each in (got, wanted)]
    if "ndarray" not in names:
        return None
    size = max(getattr(each, "size", 0) for each in (got, wanted) if type(each).__name__ == "ndarray")
    if size > MOST_ITEMS:
        return None
    lists = [each.tolist() if type(each).__name__ == "ndarray" else each for each in (got, wanted)]
    return lists if all(type(each) in (list, tuple) for each in lists) else None


def attributes(got, wanted):
    """Return groups of attribute names to look at, the most telling group first."""
    kind = type(got)
    declared = vars(kind).get("__dataclass_fields__") or getattr(kind, "__dataclass_fields__", None)
    if type(declared) is dict:
        return [[name for name, field in declared.items() if getattr(field, "compare", True)]]
    declared = getattr(kind, "__attrs_attrs__", None)
    if issubclass(type(declared), tuple):
        return [[each.name for each in declared if getattr(each, "eq", True)]]
    module = str(getattr(kind, "__module__", "")).partition(".")[0]
    if not kind.__flags__ & HEAP_TYPE or issubclass(kind, type) or module in STDLIB or module in ARRAYS:
        return []
    mine, other = _dictionary(got), _dictionary(wanted)
    if mine is None or other is None or "_value_" in mine:
        return []
    names = [name for name in {**mine, **other} if type(name) is str and not name.startswith(("__", "_sa_", "_state"))]
    public = [name for name in names if not name.startswith("_")]
    return [public[:500], [name for name in names if name.startswith("_")][:500]]


def _dictionary(value):
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:
        return None
    return found if type(found) is dict else None


def attribute(value, name):
    """Read an attribute where it is kept: in ``__dict__`` or a slot, never through a property."""
    own = _dictionary(value)
    if own is not None and name in own:
        return own[name]
    for kind in type(value).__mro__:
        slot = vars(kind).get(name)
        if type(slot) is types.MemberDescriptorType:
            try:
                return slot.__get__(value)
            except AttributeError:
                break
    return "<not set>"


def gap(got, wanted):
    """Say by how much a number or a moment is too large or too small."""
    kinds = type(got), type(wanted)
    try:
        if all(kind in (int, float) or _is_of(kind, "decimal", "Decimal") for kind in kinds):
            size = got - wanted  # a decimal and a float cannot be subtracted: no gap is said
            if not isfinite(size) or not size or (type(size) is int and size.bit_length() > 200):
                return ""
            sign = "more" if size > 0 else "less"
            return " (%s %s)" % ("%.6g" % abs(size) if type(size) is float else abs(size), sign)
        elif kinds[0] is kinds[1] and _is_of(kinds[0], "datetime", "datetime", "date", "timedelta"):
            difference = got - wanted
            zero = difference - difference
            size = str(abs(difference))
            return " (%s %s)" % (size, "more" if difference > zero else "less") if difference != zero else ""
    except Exception:
        pass
    return ""


def _is_of(kind, module, *names):
    return kind.__module__ == module and kind.__name__ in names


# ---- text ---------------------------------------------------------------------------------------------------------


def common(got, wanted):
    """Return how many characters two texts share at their beginning, comparing slices: every character about twice."""
    low, high = 0, min(len(got), len(wanted))
    while low < high:
        middle = (low + high + 1) // 2
        if got[low:middle] == wanted[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def ahead(lines, index, others, other):
    """Return after how many lines what stands in ``others`` comes again; 0: not soon."""
    if other >= len(others):
        return 0
    sought = others[other]
    for step in range(1, LOOK_AHEAD if sought.strip() else 2):
        if index + step >= len(lines):
            return 0
        if lines[index + step] == sought:
            return step
    return 0


def quoted(got, wanted, column=0):
    mine, other = cut(got, column), cut(wanted, column)
    is_alike = normalize("NFC", mine) == normalize("NFC", other)
    return (cut(got, column, ascii), cut(wanted, column, ascii)) if is_alike else (mine, other)


def cut(text, column, quote=repr):
    """Quote the part of a text around a column."""
    if len(text) <= AROUND:
        return quote(text)
    start = max(0, min(column - BEFORE, len(text) - AROUND))
    part = quote(text[start : start + AROUND])
    return "%s%s%s" % ("…" if start else "", part, "…" if start + AROUND < len(text) else "")


def named(path, place):
    return "%s, %s" % (path, place) if path else place


def joined(path, name):
    return "%s.%s" % (path, name) if path else str(name)


def typed(text, value):
    return "%s (%s)" % (text, type(value).__name__)
