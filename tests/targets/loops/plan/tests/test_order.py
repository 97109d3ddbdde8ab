import pytest

from plan.graph import Graph
from plan.order import levels, order


def house():
    graph = Graph()
    graph.task("roof", "walls")
    graph.task("walls", "ground")
    graph.task("paint", "walls", "roof")
    return graph


def test_every_task_once():
    assert sorted(order(house())) == ["ground", "paint", "roof", "walls"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("ground", "walls"), ("walls", "roof"), ("roof", "paint")],
)
def test_needs_come_first(before, after):
    found = order(house())
    assert found.index(before) < found.index(after)


def test_roots_wait_for_nothing():
    assert house().roots() == ["ground"]


def test_levels():
    assert levels(house()) == {"ground": 1, "walls": 2, "roof": 3, "paint": 4}
