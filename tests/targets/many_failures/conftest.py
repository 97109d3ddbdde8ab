def pytest_configure(config):
    config.addinivalue_line("markers", "kept: its message depends on VARIANT")
