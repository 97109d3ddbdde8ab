"""`coach spec` through the real program: fields, a report, the editor, the check, and the rules of the team."""

import json
import shlex
import sys

from tests.handoff.conftest import TEST

EDITOR = """import sys
path = sys.argv[-1]
text = open(path).read()
open(path, "w").write(text.replace({old!r}, {new!r}, 1))
"""


def _editor(shop, tmp_path, old, new):
    script = tmp_path / "editor.py"
    script.write_text(EDITOR.format(old=old, new=new))
    return {"VISUAL": shlex.join([sys.executable, str(script)])}


def test_the_spec_is_written_edited_and_checked(shop, tmp_path):
    (shop.root / "AGENTS.md").write_text("Ask before you add a dependency.\n")
    shop.write(
        "pyproject.toml",
        '[tool.pytest.ini_options]\npythonpath = ["."]\n[tool.coach.rules]\nprotected = ["prices/*"]\nacceptance = ["make check"]\n',
    )
    assert shop.coach("run", TEST).returncode == 1

    checked = shop.coach("spec", "check")
    assert checked.returncode == 1
    assert "what should happen is not said: an assistant guesses the goal" in checked.stdout
    assert "acceptance" not in checked.stdout

    report = "Total is off\n\n## Expected behavior\ntotal([2, 3]) is 5\n\n## Steps to reproduce\ncall total([2, 3]): 6\n"
    filled = shop.coach("spec", "--issue", "-", "--scope", "*.py", "--json", stdin=report)
    said = json.loads(filled.stdout)
    assert (said["title"], said["expected"]) == ("Total is off", "total([2, 3]) is 5")
    assert "total([2, 3]): 6" in said["actual"]

    bad = shop.coach("spec", "edit", **_editor(shop, tmp_path, "## Since", "## Colour\nred\n\n## Since"))
    assert bad.returncode == 2
    assert "no field is called “Colour”" in bad.stderr
    assert json.loads(shop.coach("spec", "--json").stdout) == said

    mended = shop.coach("spec", "edit", **_editor(shop, tmp_path, "## Colour\nred", ""))
    assert "going on with what the last edit left" in mended.stderr
    assert "the spec is as it was" in mended.stderr

    since = _editor(shop, tmp_path, "## Since\n", "## Since\nthe release of May\n")
    assert "since: the release of May" in shop.coach("spec", "edit", **since).stdout
    assert not list(shop.state.rglob("spec.md"))

    text = shop.coach("export").stdout
    assert "Since: the release of May" in text
    assert "Team rule, never touch: `prices/*`" in text
    assert "in the project: `AGENTS.md`" in text
    assert "Accepted when: make check" in text


def test_a_wrong_key_of_the_rules_is_named(shop):
    shop.write("pyproject.toml", '[tool.coach.rules]\nconstraint = ["x"]\n')
    done = shop.coach("run", TEST)
    assert done.returncode == 2
    assert "[tool.coach.rules] has no key 'constraint'; did you mean 'constraints'?" in done.stderr
