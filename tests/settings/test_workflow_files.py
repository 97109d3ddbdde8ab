"""Workflows are data; a broken file is refused with file, line and reason."""

import pytest

from coach.core.workflow.gates import CHECKS
from coach.errors import UsageError
from coach.settings.workflow_files import load_workflow, read_workflow, workflow_paths


def test_every_shipped_workflow_is_fine(tmp_path):
    paths = workflow_paths(tmp_path)
    assert "debug" in paths
    for name in paths:
        found = load_workflow(name, paths)
        assert found.name == name
        assert all(gate.check in CHECKS for step in found.steps for gate in step.gate)


BROKEN = [
    ('name = "x"\nsteps = [', "end of document"),
    ('name = "x"\ncolour = "red"\n[[steps]]\nid = "a"\ntitle = "A"\n', "line 2: unknown key 'colour'"),
    ('name = "x"\n', "at least one step"),
    ('name = "x"\n[[steps]]\nid = "a"\n', "needs an id and a title"),
    ('name = "x"\n[[steps]]\nid = "a"\ntitle = "A"\n[[steps]]\nid = "a"\ntitle = "B"\n', "appears twice"),
    (
        'name = "x"\n[[steps]]\nid = "a"\ntitle = "A"\ngate = [{check = "wishful"}]\n',
        "line 5: unknown check 'wishful'",
    ),
    ('name = "x"\n[[steps]]\nid = "a"\ntitle = "A"\nsparkle = 1\n', "unknown key 'sparkle'"),
    ('name = "x"\n[[steps]]\nid = "a"\ntitle = 3\n', "title"),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN)
def test_a_broken_file_is_refused_with_its_reason(tmp_path, text, reason):
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"own\.toml") as refused:
        read_workflow(path)
    assert reason in str(refused.value)


def test_a_teams_own_workflow_joins_the_shipped_ones(tmp_path):
    (tmp_path / "own.toml").write_text('name = "own"\n[[steps]]\nid = "a"\ntitle = "A"\n')
    assert {"debug", "own"} <= set(workflow_paths(tmp_path, ("own.toml",)))
    with pytest.raises(UsageError, match="missing"):
        workflow_paths(tmp_path, ("gone.toml",))
    with pytest.raises(UsageError, match="no workflow 'nope'"):
        load_workflow("nope", workflow_paths(tmp_path))


BASE = 'name = "base"\n[[steps]]\nid = "a"\ntitle = "A"\n[[steps]]\nid = "b"\ntitle = "B"\n'


def files(folder, **texts):
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.toml"
        paths[name].write_text(text)
    return paths


def test_a_workflow_extends_another(tmp_path):
    own = (
        'name = "own"\nextends = "base"\n[[steps]]\nid = "b"\ntitle = "Bee"\n'
        '[[steps]]\nid = "c"\nafter = "a"\ntitle = "C"\n'
    )
    found = load_workflow("own", files(tmp_path, base=BASE, own=own))
    assert [(step.id, step.title) for step in found.steps] == [("a", "A"), ("c", "C"), ("b", "Bee")]


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ('name = "own"\nextends = "own"\n', "line 2: it extends itself: own → own"),
        ('name = "own"\nextends = "other"\n', "it extends itself: own → other → own"),
        ('name = "own"\nextends = "nope"\n', "line 2: no workflow 'nope' to extend"),
        ('name = "own"\nextends = 3\n', "line 2: extends names one other workflow"),
        ('name = "own"\n[[steps]]\nid = "a"\nafter = "b"\ntitle = "A"\n', "line 4: 'after' needs a workflow"),
        (
            'name = "own"\nextends = "base"\n[[steps]]\nid = "c"\nafter = "x"\ntitle = "C"\n',
            "line 5: no step 'x' to come after",
        ),
        ('name = "own"\noracle = "mood"\n[[steps]]\nid = "a"\ntitle = "A"\n', "line 2: oracle"),
    ],
)
def test_what_cannot_be_extended_is_refused_with_its_line(tmp_path, own, reason):
    other = 'name = "other"\nextends = "own"\n'
    with pytest.raises(UsageError) as refused:
        load_workflow("own", files(tmp_path, base=BASE, other=other, own=own))
    assert reason in str(refused.value)


def test_the_template_is_a_workflow(tmp_path):
    from coach.settings.workflow_files import template

    path = tmp_path / "ours.toml"
    path.write_text(template("ours"))
    assert [step.id for step in read_workflow(path).steps][:3] == ["reproduce", "ask", "failing-test"]
