"""One time zone, no colour switches, no editor of the developer: the screen looks the same everywhere."""

import time
from collections.abc import Iterator

import pytest

from tests.tui.textual_private import wait_for_rest_not_for_time


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    for name in ("NO_COLOR", "TEXTUAL_THEME", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    wait_for_rest_not_for_time(monkeypatch)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
