"""The clipboard of the platform, and a team's own words for an export."""

import pytest

from coach.core.export import export
from coach.core.export.budget import estimate
from tests.core.building import shop_session
from tests.handoff.conftest import TEST

TEMPLATE = """{{ title }}
House rule: be brief.
{{ rule }}
{% for section in sections if section.key != "changes" %}
=== {{ section.title }}
{{ section.text }}
{% endfor %}"""


def test_a_template_of_the_project_words_the_export(shop):
    """Its own words, in its order; the evidence stays fenced; a broken one is named; the budget holds."""
    pytest.importorskip("jinja2")
    shop.write("docs/prompt.md.j2", TEMPLATE)
    shop.write(
        "pyproject.toml",
        '[tool.pytest.ini_options]\npythonpath = ["."]\n[tool.coach]\ntemplate = "docs/prompt.md.j2"\n',
    )
    assert shop.coach("run", TEST).returncode == 1
    text = shop.coach("export", "--budget", "1500").stdout
    assert text.startswith("Debugging context: ")
    assert "House rule: be brief." in text
    assert "=== Failure\n<<evidence-" in text
    assert "assert 6 == 5" in text
    told = shop.coach("export", "--budget", "1500", "--for", "fix", "--explain").stdout
    assert told.startswith("asks for: fix; it was asked for\nabout ")
    assert "  Failure\n" in told
    shop.write("docs/prompt.md.j2", "{{ ''.__class__.__mro__ }}")
    broken = shop.coach("export")
    assert broken.returncode == 2
    assert "prompt.md.j2 does not render" in broken.stderr
    shop.write("docs/prompt.md.j2", "{% for %}")
    assert "cannot be used as a template" in shop.coach("export").stderr
    shop.write("docs/prompt.md.j2", "many words " * 4_000)
    assert "the template alone takes more" in shop.coach("export").stderr


@pytest.mark.parametrize("budget", [1_000, 1_500, 4_000])
def test_a_template_keeps_to_the_budget(tmp_path, budget):
    pytest.importorskip("jinja2")
    from coach.settings.template import load_template

    (tmp_path / "t.j2").write_text(TEMPLATE)
    made = export(shop_session("verify").state, budget=budget, render=load_template(tmp_path / "t.j2"))
    assert made.tokens == estimate(made.text) <= budget


def test_the_platform_s_tool_takes_the_copy(shop, tmp_path):
    """A tool that is there and has somebody to talk to; without one the way out is said."""
    assert shop.coach("run", TEST).returncode == 1
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "wl-copy").write_text(f"#!/bin/sh\ncat > '{tmp_path}/copied'\n")
    (tools / "wl-copy").chmod(0o755)
    path = f"{tools}:{shop.env['PATH']}"
    done = shop.coach("export", "--copy", PATH=path, WAYLAND_DISPLAY="w0")
    assert done.returncode == 0, done.stderr
    assert "copied with wl-copy" in done.stderr
    assert not done.stdout
    assert "# Debugging context" in (tmp_path / "copied").read_text()
    none = shop.coach("export", "--copy", PATH=path, WAYLAND_DISPLAY="", DISPLAY="")
    assert none.returncode == 2
    assert "there is no clipboard here" in none.stderr
