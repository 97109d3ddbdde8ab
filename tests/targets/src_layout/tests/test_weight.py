from parcel.weight import weight


def test_weight():
    assert weight() == 1
