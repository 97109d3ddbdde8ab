"""A project that is installed in place, in every style: a search imports the copy's code, or says that it did not."""

import os
import sys
import venv
from pathlib import Path

import pytest

from coach.core.log.events import Interpreter
from coach.core.runs.target import Target
from coach.engine.copies.import_roots import import_roots
from coach.engine.search.candidate import Candidate, run_probe
from tests.engine.histories import History
from tests.engine.lab import TEST

FINDER = """\
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path

MAPPING = {mapping!r}


class _Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name in MAPPING:
            place = Path(MAPPING[name], "__init__.py")
            return spec_from_file_location(name, place, submodule_search_locations=[MAPPING[name]])
        return None


def install():
    {install}
"""
REDIRECTOR = """\
import importlib.util, sys


class RedirectingFinder:
    _redirections = {}

    @classmethod
    def map_module(cls, name, path):
        cls._redirections[name] = path

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if path is None and name in cls._redirections:
            return importlib.util.spec_from_file_location(name, cls._redirections[name])
        return None

    @classmethod
    def install(cls):
        sys.meta_path.append(cls)
"""


def by_path(site, lib):
    (site / "shop.pth").write_text(f"{lib}\n")


def by_egg_link(site, lib):
    (site / "shop.egg-link").write_text(f"{lib}\n.")
    (site / "easy-install.pth").write_text(f"{lib}\n")


def by_finder(site, lib, install="sys.meta_path.append(_Finder)", mapping=None):
    text = FINDER.format(mapping=mapping or {"shop": str(lib / "shop")}, install=install)
    (site / "__editable___shop_1_0_finder.py").write_text(text)
    said = "import __editable___shop_1_0_finder; __editable___shop_1_0_finder.install()\n"
    (site / "__editable__.shop-1.0.pth").write_text(said)


def by_finder_before_all_others(site, lib):
    by_finder(site, lib, "sys.meta_path.insert(0, _Finder)")


def by_finder_of_another_name(site, lib):
    (lib / "shop").rename(lib / "sources")
    by_finder(site, lib, mapping={"shop": str(lib / "sources")})


def by_redirections(site, lib):
    (site / "redirector.py").write_text(REDIRECTOR)
    module = "from redirector import RedirectingFinder as F\nF.install()\n"
    (site / "_shop.py").write_text(f"{module}F.map_module('shop', {str(lib / 'shop/__init__.py')!r})\n")
    (site / "shop.pth").write_text("import _shop\n")


def by_link(site, lib):
    (site / "shop").symlink_to(lib / "shop")


def by_folder_of_links(site, lib):
    place = lib.parent / "build/__editable__.shop-1.0/shop"
    place.mkdir(parents=True)
    (place / "__init__.py").symlink_to(lib / "shop/__init__.py")
    (site / "__editable__.shop-1.0.pth").write_text(f"{place.parent}\n")


STYLES = {
    by_path: True,
    by_egg_link: True,
    by_finder: True,
    by_redirections: True,
    by_link: True,
    by_folder_of_links: True,
    by_finder_before_all_others: False,
    by_finder_of_another_name: False,
}


@pytest.mark.parametrize("install", list(STYLES), ids=lambda each: each.__name__)
def test_an_old_tree_is_judged_by_its_own_code_or_not_at_all(lab, tmp_path, install):
    """The code of now is wrong, that of the commit before was right: what passes there ran the copy's."""
    history = laid(tmp_path)
    install(made_environment(tmp_path / "env"), history.root / "lib")
    good, _ = committed(history)
    here = lab(history.root)
    here.python = str(tmp_path / "env/bin/python")
    answer = run_probe(here.ready(), Candidate(here.trees.tree_of(good), Target(words=(TEST,)), None))
    if STYLES[install]:
        assert answer.judged.outcome == "PASS", answer
    else:
        assert answer.judged.outcome == "UNRESOLVED", answer
        assert "outside the copy" in answer.judged.reason


def test_a_bisect_of_a_project_that_a_link_installs(lab, tmp_path):
    history = laid(tmp_path)
    by_link(made_environment(tmp_path / "env"), history.root / "lib")
    good, culprit = committed(history)
    here = lab(history.root)
    here.python = str(tmp_path / "env/bin/python")
    result = here.search("commits", reference=here.reference(TEST), base=good)
    assert [each.id for each in result.found.commits] == [culprit], result


def laid(place: Path) -> History:
    history = History(place / "shop")
    (history.root / ".gitignore").write_text("build/\n")
    history.write(
        tests__test_shop="from shop import total\n\n\ndef test_total():\n    assert total(3) == 6\n"
    )
    (history.root / "lib/shop").mkdir(parents=True)
    (history.root / "lib/shop/__init__.py").write_text("def total(a):\n    return a * 2\n")
    return history


def committed(history: History) -> tuple[str, str]:
    """Commit the package right and then wrong; returns both commits."""
    good = history.commit("one")
    init = next((history.root / "lib").glob("*/__init__.py"))
    init.write_text("def total(a):\n    return a * 2 + 1\n")
    return good, history.commit("breaks it")


def test_a_folder_that_would_hide_a_standard_module_does_not_come_first(tmp_path):
    root = tmp_path / "shop"
    (root / "shop").mkdir(parents=True)
    (root / "shop/__init__.py").write_text("")
    site = made_environment(tmp_path / "env")
    by_link(site, root)
    interpreter = Interpreter(path=str(tmp_path / "env/bin/python"))
    assert import_roots(root, interpreter, dict(os.environ)) == (".",)
    (root / "queue.py").write_text("")
    assert import_roots(root, interpreter, dict(os.environ)) == ()


def made_environment(place: Path) -> Path:
    """Make a virtual environment that also sees the packages of ours; returns its folder of packages."""
    venv.EnvBuilder(symlinks=True, with_pip=False).create(place)
    site = next(place.glob("lib/python*/site-packages"))
    ours = next(each for each in sys.path if each.endswith("site-packages"))
    (site / "ours.pth").write_text(f"{ours}\n")
    return site
