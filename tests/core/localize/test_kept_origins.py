"""Which places of a long slice are kept: the nearest, and constants that lie far away."""

from coach.core.localize.origins import MAX_ORIGINS
from coach.core.localize.slicing.backward import MAX_CONSTANTS, kept_places
from coach.core.localize.slicing.shadow import Definition


def place(number, how="assigned"):
    made = Definition(
        number=number,
        frame=0,
        path="shop.py",
        line=number,
        function="total",
        name=f"name_{number}",
        how=how,
        uses=frozenset(),
    )
    return made, number


def test_a_constant_behind_many_nearer_places_is_kept():
    table = place(900, "module constant")
    found = kept_places([*(place(number) for number in range(1, 200)), table])
    assert len(found) == MAX_ORIGINS
    assert found[-1] == table
    assert [distance for _, distance in found] == sorted(distance for _, distance in found)


def test_constants_take_no_more_than_their_part():
    many = [place(number) for number in range(1, 200)]
    found = kept_places([*many, *(place(number, "default") for number in range(500, 600))])
    assert sum(made.how == "default" for made, _ in found) == MAX_CONSTANTS
    assert kept_places(many) == many[:MAX_ORIGINS]
    assert kept_places(many[:5]) == many[:5]
