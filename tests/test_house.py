"""The rules of the house, as checks: sizes, lean imports, one version, one vocabulary."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

import coach

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "coach"
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

FUNCTION_LINES = 40
FILE_LINES = 350
CLASS_LINES = 250
APP_LINES = 200
REGISTRY_LINES = 500
REGISTRIES = {
    "coach/core/log/describe.py",
    "coach/core/search/kinds.py",
    "coach/core/decide/measurement_kinds.py",
    "coach/core/protocol/commands.py",
    "coach/tui/key_table.py",
}
"""Tables that register things of one kind: a row is read by itself, so more rows make no file harder."""
ALLOWED = {
    "coach/engine/probe/coach_probe.py": 1_050,  # one file by design: it is injected into foreign interpreters
    "coach/core/log/events.py": 805,  # one class per kind of event
}


PARSER_AND_CALL = re.compile(r"coach\.cli\.(\w+) and coach\.cli\.commands\.\1")
"""The words of a command and what it does: one name on purpose, so that one is found by the other."""
METAPHORS = frozenset(
    [
        "veil",
        "deed",
        "paper",
        "growing",
        "telling",
        "glass",
        "door",
        "doorway",
        "house",
        "whoever",
        "ladder",
        "sighting",
        "impatience",
        "shelf",
        "notebook",
        "ledger",
    ]
)
LOOSE_IN_ENGINE = ["ahead", "engine", "execute", "ports", "run_queue", "runs_here"]
"""What drives the rooms of the engine; all else has a room."""


class _File:
    """What the tests ask of one file, read once; its syntax itself, of all files, would fill the memory."""

    def __init__(self, path):
        self.name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        nodes = list(ast.walk(tree))
        self.is_silent = bool(text.strip()) and not ast.get_docstring(tree)
        self.too_long = [each for node in nodes if (each := _too_long(node))]
        self.wanted = {name for node in nodes for name in _wanted(node)}
        self.identifiers = {path.stem, *filter(None, map(_identifier, nodes))}
        self.ids = list(_ids_of_tests(nodes))


@cache
def _read(path):
    return _File(path)


def _too_long(node):
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return ""
    limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
    lines = (node.end_lineno or 0) - node.lineno + 1
    return f":{node.lineno} {node.name} {lines}" if lines > limit else ""


def test_functions_and_classes_can_be_read_at_a_glance():
    files = [each for each in map(_read, FILES) if each.name not in ALLOWED]
    assert not [f"{each.name}{one}" for each in files for one in each.too_long]


def test_files_are_about_one_thing():
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in FILES
    }
    limits = {**dict.fromkeys(REGISTRIES, REGISTRY_LINES), **ALLOWED}
    assert not {path: size for path, size in sizes.items() if size > limits.get(path, FILE_LINES)}
    assert sizes.get("coach/tui/app.py", 0) <= APP_LINES


def test_every_module_says_what_it_is_for():
    assert [each.name for each in map(_read, FILES) if each.is_silent] == ["coach/__main__.py"]


def test_no_module_is_a_drawer():
    drawers = re.compile(r"(util|helper|manager|misc|common)", re.IGNORECASE)
    assert not [path for path in FILES if drawers.search(path.stem)]


def test_the_screen_stays_a_small_part_of_the_house():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    screen = sum(size for path, size in lines.items() if path.is_relative_to(PACKAGE / "tui"))
    assert screen / sum(lines.values()) <= 0.35


_NO_TEST_IDS = (
    "coach/core/base/test_id.py",
    "coach/engine/probe/coach_ids.py",
    "coach/core/output/",
    "coach/core/reports/css.py",
)
"""Where the separator in ids of tests has its place, and where ``::`` is another one's: in what runners print, in CSS."""
_EXAMPLES = (
    "tests/test_cart.py::test_total",
    "FILE::TEST",
    "tests/test_x.py::test_y",
    "tests/test_auth.py::test_token_1",
)


def _ids_of_tests(nodes):
    docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        is_shown = "(?:" in text or id(node) in docs or any(example in text for example in _EXAMPLES)
        if "::" in text and not is_shown:
            yield f":{node.lineno} {text[:60]}"


def test_ids_of_tests_are_taken_apart_and_put_together_in_one_place():
    files = [each for each in map(_read, FILES) if not each.name.startswith(_NO_TEST_IDS)]
    assert not [f"{each.name}{one}" for each in files for one in each.ids]


def _modules():
    """Return module → its file; those of the probe also stand under the bare names by which its process imports them."""
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in FILES
    }
    return names | {path.stem: path for path in FILES if path.parent.name == "probe"}


@cache
def _imports():
    """Return module → modules of coach that it imports anywhere: when it is loaded, in a function, or for types only."""
    names = _modules()
    return {name: (_read(path).wanted & set(names)) - {name} for name, path in names.items()}


def _wanted(node):
    """Return the modules that a statement may import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return ()


def _in_circles():
    """Return the modules that import themselves by way of others: what is left when all without imports, or importers, are gone."""
    left = _imports()
    while True:
        wanted = {name for each in left.values() for name in each}
        kept = {name: each & set(left) for name, each in left.items() if each & set(left) and name in wanted}
        if len(kept) == len(left):
            return set(left)
        left = kept


def test_no_import_runs_in_a_circle():
    """Imports in functions and for types count too: who reads a module need not have read another that needs it."""
    assert _in_circles() == set()


def _room(name):
    return name.rpartition(".")[0]


def test_no_file_has_the_name_of_one_in_a_room_its_own_room_imports():
    """Of two files of one name, of which one leads to the other, a reader opens the wrong one."""
    modules = {name: path for name, path in _modules().items() if name.startswith("coach.")}
    imported = {
        (_room(name), _room(other) if modules[other].stem != "__init__" else other)
        for name, wanted in _imports().items()
        for other in wanted
        if name in modules and other in modules
    }
    named = defaultdict(list)
    for name, path in modules.items():
        if path.stem != "__init__":
            named[path.stem].append(name)
    twins = [
        f"{name} and {other}"
        for each in named.values()
        for name in each
        for other in each
        if _room(name) != _room(other) and (_room(name), _room(other)) in imported
    ]
    assert [each for each in twins if not PARSER_AND_CALL.fullmatch(each)] == []


def _identifier(node):
    """Return the name that is given to a class, a function, an argument or a variable here; empty where none is."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) else ""


def test_things_are_called_what_the_field_calls_them():
    """A metaphor has to be learnt before it says anything; see the glossary for the words that are used instead."""
    found = {
        f"{each.name}: {name}"
        for each in map(_read, FILES)
        for name in each.identifiers
        if METAPHORS & {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", name)}
    }
    assert sorted(found) == []


def test_modules_lie_in_the_room_of_their_concept():
    loose = {
        room: sorted(path.stem for path in (ROOT / room).glob("*.py") if path.stem != "__init__")
        for room in ("coach", "coach/core", "coach/engine")
    }
    assert len(loose["coach"]) <= 8, loose["coach"]
    assert loose["coach/core"] == []
    assert loose["coach/engine"] == LOOSE_IN_ENGINE


def _modules_after(code):
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n"))


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["debug", "--help"], ["hypothesis", "--help"]])
def test_help_imports_nothing_heavy(argv):
    code = f"import contextlib, io\nfrom coach.cli import main\nwith contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main({argv!r})"
    loaded = _modules_after(code)
    assert not loaded & {
        "textual",
        "pydantic",
        "watchfiles",
        "asyncio",
        "rich",
        "jsonlines",
        "subprocess",
        "importlib.metadata",
    }


def test_where_to_begin_is_asked_before_what_a_session_needs_is_loaded():
    loaded = _modules_after(
        "import coach.cli.commands.screen, coach.engine.source.project_root, coach.store.library, coach.tui.start"
    )
    assert not loaded & {"coach.core.log.events", "coach.core.session.state", "coach.engine.engine"}


def test_headless_commands_do_not_load_the_screen():
    loaded = _modules_after(
        "import coach.cli.commands.runs, coach.cli.commands.notes, coach.cli.commands.suspects, coach.cli.commands.status"
    )
    assert not loaded & {"textual", "rich"}


def test_the_probe_stands_alone_in_the_targets_interpreter():
    own = {path.stem for path in (PACKAGE / "engine" / "probe").glob("*.py")}
    for path in (PACKAGE / "engine" / "probe").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names | own | {"pytest", "_pytest"}, (
                    f"{path.name} imports {name}"
                )


def test_one_version_everywhere():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == coach.__version__
