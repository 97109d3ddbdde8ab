"""Run chosen tests in a chosen order, and tell what state they leave behind.

PYTEST_DONT_REWRITE

Runs inside the user's test process, on Python 3.8+ and pytest 6+, with nothing but the standard library; silent without
the variable ``COACH_ORDER``, which names a JSON file:

    victim    the node id that runs last
    before    node ids to run before it, in this order; null: all that are collected before it
    reversed  whether the collected order is turned round first
    watch     whether module-level state is compared: before the first test, and before the victim
    root      whose modules count
    report    where to write {"order": [...], "absent": [...], "leaked": [...], "changed": [...]}

"changed" are the tests that changed what leaked: state is compared between tests as well, as often as a share of the run's
own time allows. They are where a search looks first, and no answer.
"""

import json
import os
import sys
import time
import types

import pytest
from coach_ids import ids

MOST_NODES = 20_000
MOST_LEAKED = 30
FEW = 0.25
"""Of all tests: a name that more of them may have changed tells nothing, as a counter or a log."""
SHARE, AT_LEAST = 0.25, 0.5
"""Of the run's time so far, and the seconds, that looking at state between tests may take."""
ENVIRONMENTS = frozenset(
    ("site-packages", "dist-packages", ".venv", "venv", ".tox", ".nox", ".eggs", "node_modules", "__pypackages__")
)
SELF = os.path.abspath(__file__)


def _settings():
    path = os.environ.get("COACH_ORDER")
    if not path:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


settings = _settings()
report = {"order": [], "absent": [], "leaked": [], "changed": []}
before_first = {}
own_paths = {}


def _write_report():
    try:
        with open(settings["report"], "w", encoding="utf-8") as file:
            json.dump(report, file)
    except OSError:
        pass  # coach sees that there is none


@pytest.hookimpl(hookwrapper=True)
def pytest_cmdline_main(config):
    """Order needs one process: pytest-xdist is told to use none."""
    if settings is not None and getattr(config.option, "numprocesses", None):
        config.option.numprocesses = 0
        config.option.dist = "no"
        config.option.tx = []
    yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Choose after every other plugin has; what is not wanted is deselected."""
    yield
    if settings is None:
        return
    if not ids.roots:
        ids.begin(settings["root"])
    ids.at(config)
    by_id = {ids.of_item(item): item for item in items}
    victim = by_id.get(settings["victim"])
    chosen = [] if victim is None else _chosen(items, by_id, victim)
    kept = set(map(id, chosen))
    left_out = [item for item in items if id(item) not in kept]
    items[:] = chosen
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    report["order"] = [ids.of_item(item) for item in chosen]
    _write_report()


def _chosen(items, by_id, victim):
    wanted = settings["before"]
    if wanted is None:
        ordered = list(reversed(items)) if settings.get("reversed") else list(items)
        return ordered[: ordered.index(victim) + 1]
    report["absent"] = [name for name in wanted if name not in by_id]
    return [by_id[name] for name in wanted if name in by_id and by_id[name] is not victim] + [victim]


def pytest_collection_finish(session):
    if settings is not None and settings.get("watch"):
        before_first.update(_state())
        between.begin(report["order"])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid, location):
    if settings is None or not settings.get("watch"):
        return
    test = ids.of(nodeid)
    if test != settings["victim"]:
        between.look(test)
        return
    now = _state()
    names = [name for name in now if name in before_first and now[name] != before_first[name]]
    names += [name for name in now if name not in before_first and name.startswith("os.environ")]
    names += [name for name in before_first if name not in now]
    report["leaked"] = sorted(names)[:MOST_LEAKED]
    report["changed"] = between.changers_of(names, test, now)
    _write_report()


class _Between:
    """State between tests: which tests changed which names."""

    def __init__(self):
        self.last, self.order, self.places = {}, [], {}
        self.seen_at = 0
        self.began = self.spent = 0.0
        self.changes = []

    def begin(self, order):
        self.order = order
        self.places = {test: place for place, test in enumerate(order)}
        self.last, self.began = dict(before_first), time.perf_counter()

    def look(self, test):
        """Compare with the last look, where there is time for it: before a test stands what those before it left."""
        now = time.perf_counter()
        if self.spent <= SHARE * (now - self.began) + AT_LEAST and self.places.get(test, 0) > self.seen_at:
            self._take(test, _state())
            self.spent += time.perf_counter() - now

    def _take(self, test, state):
        place = self.places.get(test, len(self.order) - 1)
        names = [name for name in state if name not in self.last or self.last[name] != state[name]]
        names += [name for name in self.last if name not in state]
        if names:
            self.changes.append((self.seen_at, place, frozenset(names)))
        self.last, self.seen_at = state, place

    def changers_of(self, leaked, victim, state):
        """Return the tests that changed what leaked, in their order; none when they are half of all."""
        self._take(victim, state)
        found, few = set(), FEW * len(self.order)
        for name in leaked:
            places = {place for start, end, names in self.changes if name in names for place in range(start, end)}
            if len(places) <= few:
                found |= places
        return [self.order[place] for place in sorted(found)] if len(found) <= 2 * few else []


between = _Between()


# ---- state --------------------------------------------------------------------------------------------------------


def _state():
    """Name every piece of module-level state and give it a mark that changes when it does."""
    budget = [MOST_NODES]
    found = {}
    for module in list(sys.modules.values()):
        try:
            path, space = vars(module).get("__file__"), vars(module)
        except Exception:
            continue
        if type(path) is str and path != SELF and _is_own(path):
            _module(module.__name__, space, found, budget)
    _process(found, budget)
    return found


def _is_own(path):
    known = own_paths.get(path)
    if known is None:
        known = own_paths[path] = _is_below_root(path)
    return known


def _is_below_root(path):
    root = settings["root"].rstrip(os.sep) + os.sep
    real = os.path.realpath(root).rstrip(os.sep) + os.sep
    for each in (root, real):
        if path.startswith(each):
            return ENVIRONMENTS.isdisjoint(path[len(each) :].split(os.sep))
    return False


def _module(name, space, found, budget):
    for key, value in list(space.items()):
        if key.startswith(("__", "@py")):
            continue
        place = "%s.%s" % (name, key)
        if isinstance(value, type):
            if value.__module__ == name:
                for attribute, inner in list(vars(value).items()):
                    if not attribute.startswith("__"):
                        found["%s.%s" % (place, attribute)] = _mark(inner, 3, budget)
            else:
                found[place] = id(value)
        else:
            found[place] = _mark(value, 3, budget)


def _process(found, budget):
    """State that belongs to no module of the project."""
    for key, value in list(os.environ.items()):
        if key != "PYTEST_CURRENT_TEST":
            found["os.environ[%r]" % key] = value
    try:
        found["os.getcwd()"] = os.getcwd()
    except OSError:
        found["os.getcwd()"] = None
    found["sys.path"] = tuple(map(str, sys.path))
    for name, attributes in (
        ("time", ("time", "sleep", "monotonic", "tzname")),
        ("datetime", ("datetime", "date")),
        ("random", ("random", "randint", "choice")),
        ("socket", ("socket", "create_connection")),
        ("subprocess", ("Popen", "run")),
        ("builtins", ("open", "print", "input")),
    ):
        module = sys.modules.get(name)
        for attribute in attributes if module is not None else ():
            found["%s.%s" % (name, attribute)] = id(getattr(module, attribute, None))
    logging = sys.modules.get("logging")
    if logging is not None:
        found["logging.root.level"] = logging.root.level
        found["logging.disable"] = logging.root.manager.disable
    decimal = sys.modules.get("decimal")
    if decimal is not None:
        context = decimal.getcontext()
        found["decimal.getcontext()"] = (context.prec, str(context.rounding))


def _mark(value, depth, budget):
    """Describe a value without running code of its class."""
    kind = type(value)
    budget[0] -= 1
    if kind is types.FunctionType:
        return id(value)
    if value is None or kind in (bool, int, float, complex):
        return (kind.__name__, value if value == value else "nan")
    if kind in (str, bytes):
        return (kind.__name__, len(value), hash(value))
    if budget[0] <= 0 or depth <= 0:
        return (kind.__name__, len(value)) if kind in (list, tuple, set, frozenset, dict) else id(value)
    if kind in (list, tuple):
        return (kind.__name__, len(value), tuple(_mark(each, depth - 1, budget) for each in value[:200]))
    if kind in (set, frozenset):
        return (kind.__name__, len(value), frozenset(_mark(each, depth - 1, budget) for each in list(value)[:200]))
    if kind is dict:
        pairs = list(value.items())[:200]
        return ("dict", len(value), tuple((_mark(k, depth - 1, budget), _mark(v, depth - 1, budget)) for k, v in pairs))
    return _object(value, kind, depth, budget)


def _object(value, kind, depth, budget):
    if kind.__name__ == "_lru_cache_wrapper":
        return ("cache", value.cache_info().currsize)
    module = sys.modules.get(kind.__module__)
    path = getattr(module, "__file__", None)
    if type(path) is str and _is_own(path):
        try:
            fields = object.__getattribute__(value, "__dict__")
        except Exception:
            return id(value)
        if type(fields) is dict:
            return (kind.__name__, id(value), _mark(fields, depth - 1, budget))
    return id(value)
