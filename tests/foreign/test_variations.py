"""What varies a run varies nothing else: plugins and options of the person's own environment stay, in every way."""

import json

FILES = {
    "early.py": "import pytest\n\n\n@pytest.fixture\ndef early_value():\n    return 4\n",
    "late.py": "import pytest\n\n\n@pytest.fixture\ndef late_value():\n    return 1\n",
    "tests/test_state.py": """\
        seen = []


        def test_first(early_value, late_value):
            seen.append(early_value)


        def test_second(early_value, late_value):
            assert sum(seen) + late_value == 1
        """,
    "pytest.ini": "[pytest]\npythonpath = .\n",
}
OWN = {"PYTEST_PLUGINS": "early", "PYTEST_ADDOPTS": "-p late", "PYTHONPATH": "."}
VICTIM = "tests/test_state.py::test_second"


def test_trials_and_searches_keep_the_plugins_of_the_environment(lay):
    laid = lay(FILES)
    laid.commit("begin")
    ran = laid.coach("run", "tests/test_state.py", "--json", **OWN)
    assert [each["test"] for each in ran.json["failures"]] == [VICTIM], ran.text
    assert ran.json["failures"][0]["exception"] == "AssertionError"
    tried = laid.coach("try", "--order", "reversed", "--json", **OWN)
    assert "not found" not in tried.text, tried.text
    searched = laid.coach("reduce", "--order", "--json", **OWN)
    assert "tests/test_state.py::test_first" in json.dumps(searched.json), searched.text
    varied = laid.coach("try", "--env", "PYTEST_PLUGINS=early", "--order", "reversed", "--json", **OWN)
    assert "not found" not in varied.text, varied.text
