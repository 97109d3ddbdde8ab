"""The arena: nothing in it tells what the bug is, and the project is imported from it."""

import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from coach.core.drill.score_lines import score_of
from coach.engine.drill.answers import told_elsewhere
from coach.engine.drill.arena import make_arena, played_environment
from coach.engine.drill.grading import graded
from coach.engine.trees.compose import composing
from coach.errors import TargetError
from tests.drill.planted import RIGHT, WRONG, plant
from tests.engine.histories import History, fingerprint

TELLS = b'{"book", "food"}'


def git(folder, *words):
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(["git", *words], cwd=folder, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def environment_with(place: Path, **files: str) -> str:
    """Make a virtual environment that sees the packages of this one, with files among its own; returns its python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    site = next(place.glob("lib/python*/site-packages"))
    (site / "zz_outer.pth").write_text("\n".join(each for each in sys.path if each.endswith("-packages")))
    for name, text in files.items():
        path = site / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(place / "bin/python")


def make(planted, place, python=sys.executable):
    return make_arena(planted.drill, planted.trees, place, planted.around(python))


@pytest.fixture
def planted(tmp_path, state_home):
    return plant(tmp_path / "checkout" / "shop")


def all_bytes(folder: Path):
    """Yield the content of every file below a folder, objects of git unpacked."""
    for path in folder.rglob("*"):
        if path.is_symlink():
            yield path, os.fsencode(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
            is_object = ".git" in path.parts and "objects" in path.parts and "info" not in path.parts
            yield path, zlib.decompress(content) if is_object else content


def test_there_is_one_commit_and_nothing_else_to_read(planted, tmp_path):
    before = fingerprint(planted.root)
    arena = make(planted, tmp_path / "a1").root
    assert (arena / "shop/rates.py").read_text() == WRONG
    assert git(arena, "rev-list", "--all", "--count") == "1"
    assert git(arena, "status", "--porcelain") == ""
    for words in (
        ("remote",),
        ("tag",),
        ("reflog", "--all"),
        ("stash", "list"),
        ("config", "--local", "--get-regexp", "user|remote"),
    ):
        done = subprocess.run(["git", *words], cwd=arena, capture_output=True, check=False)
        assert done.stdout == b"", words
    assert git(arena, "fsck", "--unreachable", "--no-reflogs", "--full") == ""
    objects = {
        line.split()[0]
        for line in git(arena, "cat-file", "--batch-all-objects", "--batch-check").splitlines()
    }
    reachable = {line.split()[0] for line in git(arena, "rev-list", "--all", "--objects").splitlines()}
    assert objects == reachable
    assert not (arena / ".git/logs").exists()
    assert not (arena / ".git/objects/info/alternates").exists()
    assert fingerprint(planted.root) == before


def test_no_byte_of_the_arena_tells_the_fix_or_where_the_checkout_is(planted, tmp_path):
    root = planted.root
    for name in (
        "build/lib/shop/rates.py",
        "shop.egg-info/SOURCES.txt",
        "shop/__pycache__/rates.cpython-311.pyc",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(RIGHT)
    (root / ".gitignore").write_text("build/\n*.egg-info/\n__pycache__/\nlocal/\n")
    (root / "local").mkdir()
    (root / "local/settings.txt").write_text("debug = 1\n")
    (root / "local/old_rates.txt").write_text(RIGHT)
    (root / "local/wheel.whl").write_bytes(b"PK")
    (root / "local/up").symlink_to(root)
    made = make(planted, tmp_path / "a1")
    assert (made.root / "local/settings.txt").read_text() == "debug = 1\n"
    assert {each.rpartition("/")[2] for each in made.left_out} >= {"build", "shop.egg-info", "old_rates.txt"}
    for path, content in all_bytes(made.root):
        assert TELLS not in content, path
        assert os.fsencode(root) not in content, path
        assert b"week" not in content, path
        assert not path.name.endswith((".pyc", ".whl")), path


def test_no_time_tells_which_file_was_edited(planted, tmp_path):
    arena = make(planted, tmp_path / "a1").root
    times = {
        name: (arena / name).stat().st_mtime
        for name in ("shop/rates.py", "shop/cart.py", "tests/test_cart.py")
    }
    assert max(times.values()) - min(times.values()) < 5
    assert min(times.values()) > planted.root.stat().st_mtime


def test_the_project_comes_from_the_arena_where_an_editable_install_leads_to_the_checkout(planted, tmp_path):
    root = planted.root
    src = root / "src"
    src.mkdir()
    (root / "shop").rename(src / "shop")
    planted = plant_src(planted)
    finder = f"import sys\nMAPPING = {{'shop': {str(src / 'shop')!r}}}\nsys.path.append({str(src)!r})\n"
    python = environment_with(
        root / ".venv",
        a_dot_pth=f"{src}\n",
        b_dot_pth="import _b\n",
        _b_dot_py=finder,
        dep_dot_py="X = 1\n",
        c_dot_pth=f"{root}/.venv/src/of_git\n",
    )
    (root / ".venv/src/of_git").mkdir(parents=True)
    (root / ".venv/src/of_git/from_git.py").write_text("X = 2\n")
    made = make(planted, tmp_path / "a1", python)
    assert made.environment.names == ("shop",)
    said = subprocess.run(
        [
            made.environment.python,
            "-c",
            "import sys, shop.rates, dep, from_git, pytest; print(shop.rates.__file__, sys.path)",
        ],
        cwd=made.root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.startswith(f"{made.root}/src/shop/rates.py")
    assert str(src) + "'" not in said
    pytest_ = Path(made.environment.python).with_name("pytest")
    done = subprocess.run(
        [pytest_, "-q", "-p", "no:cacheprovider"], cwd=made.root, capture_output=True, text=True, check=False
    )
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr


def plant_src(planted):
    right = planted.trees.record()
    rates = planted.root / "src/shop/rates.py"
    rates.write_text(WRONG)
    wrong = planted.trees.record()
    rates.write_text(RIGHT)
    drill = planted.drill.model_copy(update={"right": right, "wrong": wrong})
    planted.made = planted.made.model_copy(update={"drills": (drill,)})
    return planted


def test_an_installed_copy_that_would_be_imported_is_refused_with_what_to_do(planted, tmp_path):
    root = planted.root
    (root / "src").mkdir()
    (root / "shop").rename(root / "src/shop")
    planted = plant_src(planted)
    python = environment_with(tmp_path / "env", shop____init___dot_py="", shop__rates_dot_py=RIGHT)
    with pytest.raises(TargetError, match="would be imported from") as refused:
        make(planted, tmp_path / "a1", python)
    assert "pip uninstall shop" in refused.value.do


def test_an_installed_copy_that_is_not_imported_is_named(planted, tmp_path):
    python = environment_with(tmp_path / "env", shop____init___dot_py="", shop__rates_dot_py=RIGHT)
    made = make(planted, tmp_path / "a1", python)
    assert [Path(each).name for each in made.environment.copies] == ["shop"]


def test_whoever_plays_is_told_no_way_to_the_checkout(planted, tmp_path):
    made = make(planted, tmp_path / "a1")
    root = planted.root
    env = {
        "PATH": f"{root}/.venv/bin:/usr/bin",
        "OLDPWD": str(root),
        "PWD": str(root),
        "VIRTUAL_ENV": f"{root}/.venv",
        "PYTHONPATH": f"{root}/lib",
        "HOME": "/home/me",
        "NOTES": f"see {root}",
        "TMPDIR": "/tmp",
    }
    found = played_environment(made, root, env)
    assert not any(str(root) in value for value in found.values())
    assert found["PYTHONPATH"] == f"{made.root}/lib"
    assert found["HOME"] == "/home/me"
    assert found["PATH"].split(":")[1:] == ["/usr/bin"]


def test_what_the_changelog_says_of_a_past_fix_is_not_given(tmp_path, state_home):
    """The code of the fix is taken out of the tree of now; its words in texts would tell what to look for."""
    planted = plant(tmp_path / "checkout" / "shop")
    root, history = planted.root, History.at(planted.root)
    before = "# Changes\n\n## Bug fixes\n\n- Labels are stripped of white space.\n"
    (root / "CHANGES.md").write_text(before)
    history.commit("changes")
    (root / "CHANGES.md").write_text(before + "- The reduced rate of food was forgotten in rate_of.\n")
    (root / "changes.d").mkdir()
    (root / "changes.d/7.fix.rst").write_text("The reduced rate of food was forgotten.\n")
    commit = history.commit("food")
    (root / "CHANGES.md").write_text((root / "CHANGES.md").read_text() + "- Something later.\n")
    drill = planted.drill.model_copy(
        update={"kind": commit[:8], "right": planted.trees.record(), "wrong": planted.tree()}
    )
    planted.made = planted.made.model_copy(update={"drills": (drill,)})
    arena = make(planted, tmp_path / "a1").root
    assert (arena / "CHANGES.md").read_text() == before + "- Something later.\n"
    assert not (arena / "changes.d/7.fix.rst").exists()
    found = graded(planted.made, drill, drill.right, planted.trees, planted.runs)
    assert score_of(drill, found).percent == 100


def test_a_tracked_copy_of_the_mended_file_is_found_and_like_lines_elsewhere_are_none(tmp_path, state_home):
    planted = plant(tmp_path / "checkout" / "shop")
    root = planted.root
    (root / "vendored").mkdir()

    def told():
        wrong = planted.tree()
        drill = planted.drill.model_copy(update={"right": planted.trees.record(), "wrong": wrong})
        with composing(planted.trees) as composer:
            return told_elsewhere(drill, wrong, planted.trees, composer)

    (root / "vendored/other.py").write_text('KINDS = 1\nif kind in {"book", "food"}:\n    pass\n')
    assert told() == ""
    (root / "vendored/old rates.txt").write_text("# copied\n" + RIGHT)
    assert told() == "vendored/old rates.txt"


def test_a_state_directory_in_the_checkout_stays_the_one_in_use(planted, tmp_path):
    made = make(planted, tmp_path / "a1")
    env = {"COACH_STATE_DIR": f"{planted.root}/.coach", "PATH": "", "OTHER": f"{planted.root}/x"}
    found = played_environment(made, planted.root, env)
    assert found["COACH_STATE_DIR"] == env["COACH_STATE_DIR"]
    assert "OTHER" not in found
