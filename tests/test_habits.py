"""One recipe for each check: README, CI, hooks and workflows name the same ones, and the changelog can be made."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def _said(*argv):
    done = subprocess.run([BIN / argv[0], *argv[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _text(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def recipes():
    return set(_said("just", "--summary").split())


def test_the_readme_runs_the_tests_as_the_recipe_does():
    block = re.search(r"<!-- tests -->\n```sh\n(.*?)\n```", _text("README.md"), re.DOTALL)
    assert block is not None
    setup = _said("just", "--dry-run", "setup").strip()
    suite = _said("just", "--dry-run", "test").strip().removesuffix(' "$@"')
    assert block[1] == f"{setup} && {suite}"


@pytest.mark.parametrize(
    "name",
    [
        ".ci/run",
        "CONTRIBUTING.md",
        "README.md",
        "changelog.d/README.md",
        ".pre-commit-config.yaml",
        "docs/dev/codebase-guide.md",
        *(path.relative_to(ROOT).as_posix() for path in WORKFLOWS),
    ],
)
def test_every_recipe_that_is_named_is_one(name, recipes):
    named = set(re.findall(r"(?:^|[`/ ])just ([a-z][a-z-]*)", _text(name), re.MULTILINE))
    assert named <= recipes


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_takes_exact_versions_and_few_rights(path):
    flow = yaml.safe_load(path.read_text(encoding="utf-8"))
    rights = [flow["permissions"], *(job.get("permissions", {}) for job in flow["jobs"].values())]
    assert {(key, value) for each in rights for key, value in each.items()} <= {
        ("contents", "read"),
        ("id-token", "write"),
    }
    steps = [step for job in flow["jobs"].values() for step in job["steps"]]
    assert all(re.search(r"@v\d+\.\d+\.\d+$", step["uses"]) for step in steps if "uses" in step)
    assert all(job["timeout-minutes"] for job in flow["jobs"].values())


def test_hooks_fetch_nothing():
    repos = yaml.safe_load(_text(".pre-commit-config.yaml"))["repos"]
    hooks = [hook for repo in repos for hook in repo["hooks"]]
    assert {repo["repo"] for repo in repos} == {"local"}
    assert all(hook["language"] == "system" and hook["entry"].startswith(".venv/bin/") for hook in hooks)


def test_the_fragments_make_a_section_of_the_changelog():
    kinds = "added|changed|removed|fixed|security"
    fragments = {path.name for path in (ROOT / "changelog.d").iterdir()} - {"README.md", "template.md.jinja"}
    assert [name for name in fragments if not re.fullmatch(rf"[a-z0-9-]+\.({kinds})\.md", name)] == []
    assert "## 99.0.0 - " in _said("just", "changelog", "99.0.0")
