"""What ``-p`` names: it only takes in the hooks. pytest compiles a plugin named by ``-p`` anew in every run, and the rest
of the probe, imported from here, comes from bytecode.

PYTEST_DONT_REWRITE
"""

from coach_probe import *  # noqa: F403
from coach_turn import pytest_load_initial_conftests  # noqa: F401
