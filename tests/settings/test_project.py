"""Settings come from file, environment and flags; a typo is named."""

import pytest

from coach.errors import UsageError
from coach.settings.project import load_settings


def test_nothing_set_means_the_defaults(tmp_path):
    assert load_settings(tmp_path).workflow == "debug"


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[tool.coach]\npython = "from-file"\ntimeout = 5\n')
    assert load_settings(tmp_path).python == "from-file"
    monkeypatch.setenv("COACH_PYTHON", "from-environment")
    assert load_settings(tmp_path).python == "from-environment"
    assert load_settings(tmp_path, {"python": "from-flag", "timeout": None}).python == "from-flag"
    assert load_settings(tmp_path).timeout == 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[tool.coach]\ntimout = 5\n", "did you mean 'timeout'"),
        ("[tool.coach]\ntimeout = -1\n", "timeout is not usable"),
        ("[tool.coach\n", "cannot be read"),
        ("[tool.coach]\ntimeout = inf\n", "timeout is not usable"),
        ("[tool.coach]\nsilence = 1e300\n", "silence is not usable"),
        (f"[tool.coach]\ntimeout = {'9' * 5_000}\n", "a value cannot be read"),
        ("[tool.coach]\npython = {a = 1}\n", "python is not usable"),
        ('[tool.coach]\npython = "\\u0000"\n', "python holds a NUL"),
        ('[tool.coach]\nworkflows = ["a", "b\\u0000"]\n', "workflows holds a NUL"),
        ('[tool.coach.assistants]\na = "x \\u0000"\n', "assistants.a holds a NUL"),
        (f"x = {'[' * 5_000}{']' * 5_000}\n", "too deep"),
        (f"{'a.' * 5_000}b = 1\n", "parts"),
        ("tool = 5\n[tool.coach]\n", "cannot be read"),
        ("[tool.coach.loops]\ngess = false\n", "loops.gess"),
        ('[tool.coach.loops]\nguess = "sometimes"\n', "loops.guess is not usable"),
    ],
)
def test_a_mistake_is_named(tmp_path, text, reason):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError) as refused:
        load_settings(tmp_path)
    assert reason in str(refused.value)


def test_loop_detectors_are_switched_one_by_one(tmp_path):
    assert load_settings(tmp_path).loops_off == ()
    (tmp_path / "pyproject.toml").write_text(
        "[tool.coach.loops]\nspread = false\nguess = false\ntamper = true\n"
    )
    assert load_settings(tmp_path).loops_off == ("guess", "spread")


def test_a_machine_can_say_that_no_investigation_begins_by_itself(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("[tool.coach.investigate]\nseconds = 7\nauto = true\n")
    monkeypatch.setenv("COACH_INVESTIGATE", "off")
    limits = load_settings(tmp_path).investigate
    assert (limits.auto, limits.seconds) == (False, 7)
    monkeypatch.delenv("COACH_INVESTIGATE")
    assert load_settings(tmp_path).investigate.auto
