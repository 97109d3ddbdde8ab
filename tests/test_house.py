"""The rules of the house, as checks: sizes, lean imports, one version, one vocabulary."""

import ast
import re
import subprocess
import sys
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
ALLOWED = {
    "coach/engine/probe/coach_probe.py": "one file by design: it is injected into foreign interpreters",
    "coach/core/log/events.py": "one class per kind",
    "coach/core/log/describe.py": "one sentence per kind of event",
}


def _functions():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield path.relative_to(ROOT).as_posix(), node


def test_functions_and_classes_can_be_read_at_a_glance():
    too_long = []
    for path, node in _functions():
        limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
        lines = (node.end_lineno or 0) - node.lineno + 1
        if lines > limit and path not in ALLOWED:
            too_long.append(f"{path}:{node.lineno} {node.name} {lines}")
    assert not too_long


def test_files_are_about_one_thing():
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in FILES
    }
    assert not {path: size for path, size in sizes.items() if size > FILE_LINES and path not in ALLOWED}
    assert sizes.get("coach/tui/app.py", 0) <= APP_LINES


def test_every_module_says_what_it_is_for():
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == ["coach/__main__.py"]


def test_no_module_is_a_drawer():
    drawers = re.compile(r"(util|helper|manager|misc|common)", re.IGNORECASE)
    assert not [path for path in FILES if drawers.search(path.stem)]


def test_the_screen_stays_a_small_part_of_the_house():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    screen = sum(size for path, size in lines.items() if path.is_relative_to(PACKAGE / "tui"))
    assert screen / sum(lines.values()) <= 0.35


def _imports_at_load():
    """Return module → modules of coach that it imports while it is loaded; those for types only do not count."""
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in FILES
    }
    names |= {path.stem: path for path in FILES if path.parent.name == "probe"}
    found = {}
    for name, path in names.items():
        wanted = set()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                wanted |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        found[name] = (wanted & set(names)) - {name}
    return found


def test_no_import_runs_in_a_circle():
    left = _imports_at_load()
    while free := {name for name, wanted in left.items() if not wanted & set(left)}:
        left = {name: wanted for name, wanted in left.items() if name not in free}
    assert not left


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
