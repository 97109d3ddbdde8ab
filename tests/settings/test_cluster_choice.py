"""Which cluster is meant, and that a project's own address is used only once the engineer has typed it."""

import pytest

from coach.errors import UsageError
from coach.settings.cluster_choice import chosen_cluster
from coach.settings.project import load_settings

FAR = "tls://build.example:8786"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    root = tmp_path / "project"
    root.mkdir()

    def write(**keys: str):
        lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
        (root / "pyproject.toml").write_text(f"[tool.coach.cluster]\n{lines}")
        return root, load_settings(root)

    return write


def test_a_projects_own_address_is_asked_about_until_it_was_typed(project):
    root, settings = project(scheduler=FAR)
    with pytest.raises(UsageError, match="not approved"):
        chosen_cluster(root, settings, "cluster")
    assert chosen_cluster(root, settings, FAR).text == FAR
    assert chosen_cluster(root, settings, "cluster").text == FAR


def test_another_certificate_asks_again(project):
    root, settings = project(scheduler=FAR)
    chosen_cluster(root, settings, FAR)
    root, changed = project(scheduler=FAR, ca="other.pem")
    with pytest.raises(UsageError, match="not approved"):
        chosen_cluster(root, changed, "cluster")


def test_what_stays_on_this_machine_needs_no_approval(project):
    root, settings = project(scheduler="local:3")
    assert chosen_cluster(root, settings, "cluster").workers == 3


def test_an_address_in_the_clear_is_refused_in_words(project):
    root, settings = project()
    with pytest.raises(UsageError, match="nothing is sent there") as caught:
        chosen_cluster(root, settings, "tcp://build.example:8786")
    assert "--insecure" in str(caught.value)


def test_a_key_that_is_not_known_is_refused_with_the_nearest(project):
    with pytest.raises(UsageError, match=r"no key 'sheduler'.*did you mean 'scheduler'"):
        project(sheduler=FAR)
