"""Look while a test is set up and called, and not between: other plugins' own work is none of the test's.

PYTEST_DONT_REWRITE

Part of ``coach_calls`` and ``coach_origins``; standard library and pytest only, Python 3.8+.
"""

import pytest


class Phases:
    """A class of this has ``begin`` and ``pause``, which do not raise."""

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_setup(self, item):
        self.begin()
        yield
        self.pause()

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item):
        self.begin()
        yield
        self.pause()
