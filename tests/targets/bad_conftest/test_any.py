def test_any():
    pass
