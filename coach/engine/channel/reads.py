"""What the probe told of where failing tests are written and which files they read, in the words of a report."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.report import Elsewhere, Failure, Written
from coach.engine.channel.lines import WireEvent
from coach.engine.source.project_paths import Places

MAX_TESTS = 200
MAX_FILES = 400
MAX_ELSEWHERE = 20
_SETTINGS = frozenset(
    {
        "pyproject.toml",
        "pytest.ini",
        ".pytest.ini",
        "tox.ini",
        "setup.cfg",
        ".coveragerc",
        ".gitignore",
        ".env",
    }
)


@dataclass(slots=True)
class ToldReads:
    """Collects it; every path is named as reports name files."""

    places: Places
    opened: dict[str, None] = field(default_factory=dict)
    elsewhere: dict[str, Elsewhere] = field(default_factory=dict)
    _written: dict[str, Written] = field(default_factory=dict)
    _reads: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, event: WireEvent) -> None:
        """Take in one line: files that were opened, or all that is known of one failing test."""
        if event.event == "written":
            self._take_written(event)
            return
        if event.event == "elsewhere":
            if event.name and len(self.elsewhere) < MAX_ELSEWHERE:
                imported, lies = (self.places.name(each)[0] for each in (event.file, event.text))
                self.elsewhere[event.name] = Elsewhere(name=event.name, imported=imported, lies=lies)
            return
        for path in event.loaded:
            name, is_own = self.places.name(path)
            if is_own and len(self.opened) < MAX_FILES:
                self.opened[name] = None

    def _take_written(self, event: WireEvent) -> None:
        if len(self._reads) >= MAX_TESTS:
            return
        path, is_own = self.places.name(event.file)
        if is_own:
            self._written[event.test] = Written(path=path, line=event.line, name=event.name)
        data = [each[0] for each in event.reads if len(each) == 2 and self._is_of_tests(each[0], by=each[1])]
        names = (self.places.name(each) for each in (*data, *event.helpers))
        self._reads[event.test] = tuple(dict.fromkeys(name for name, is_own in names if is_own))

    def _is_of_tests(self, path: str, *, by: str) -> bool:
        """Whether a data file is of the tests: where it lies says so, or the code that opened it."""
        name = self.places.name(path)[0]
        return PurePosixPath(name).name not in _SETTINGS and (by == "test" or is_test_path(name))

    def on(self, failures: Sequence[Failure]) -> tuple[Failure, ...]:
        """Return the failures with what is known of their tests."""
        return tuple(
            each.model_copy(
                update={"written": self._written.get(each.test), "reads": self._reads.get(each.test, ())}
            )
            if each.test in self._reads
            else each
            for each in failures
        )
