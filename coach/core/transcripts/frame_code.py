"""The lines that frames of a printed traceback point at, out of what is known of the files at that moment."""

import ast
from collections.abc import Callable, Sequence

from coach.core.loops.analysis.syntax import FUNCTIONS, parse
from coach.core.runs.report import Failure, Frame
from coach.core.transcripts.contents import Content

MAX_LINES = 60
_MAX_FAILURES, _MAX_FRAMES = 20, 4


class FrameCode:
    """Fills own frames with their line, function and code; each text is parsed once."""

    def __init__(self) -> None:
        self._functions: dict[str, tuple[tuple[int, int, str], ...]] = {}

    def filled(self, failures: Sequence[Failure], content: Callable[[str], Content]) -> tuple[Failure, ...]:
        """Return failures whose innermost own frames have code; ``content`` gives a file by its path from the root."""
        return tuple(
            self._failure(each, content) if index < _MAX_FAILURES else each
            for index, each in enumerate(failures)
        )

    def _failure(self, failure: Failure, content: Callable[[str], Content]) -> Failure:
        frames = list(failure.frames)
        own = [index for index, frame in enumerate(frames) if frame.own]
        for index in {*own[:1], *own[-_MAX_FRAMES:]}:
            text = content(frames[index].path)
            if isinstance(text, str):
                frames[index] = self._frame(frames[index], text)
        return failure.model_copy(update={"frames": tuple(frames)})

    def _frame(self, frame: Frame, text: str) -> Frame:
        lines = text.split("\n")
        if not 0 < frame.line <= len(lines):
            return frame
        update: dict[str, object] = {"source": lines[frame.line - 1].strip()[:500]}
        around = [each for each in self._spans(frame.path, text) if each[0] <= frame.line <= each[1]]
        if around:
            start, end, name = min(around, key=lambda each: each[1] - each[0])
            end = min(end, start + MAX_LINES)
            update |= {"code": "\n".join(lines[start - 1 : end]), "code_start": start}
            update |= {} if frame.function else {"function": name}
        return frame.model_copy(update=update)

    def _spans(self, path: str, text: str) -> tuple[tuple[int, int, str], ...]:
        if not path.endswith(".py"):
            return ()
        if text not in self._functions:
            tree = parse(text)
            nodes = [each for each in ast.walk(tree) if isinstance(each, FUNCTIONS)] if tree else []
            self._functions[text] = tuple(
                (each.lineno, each.end_lineno or each.lineno, each.name) for each in nodes
            )
        return self._functions[text]
