"""A source file with one small change in it, compiled in memory: the file stays as it is.

PYTEST_DONT_REWRITE

Standard library only, Python 3.8+.
"""

import __future__
import ast
import tokenize


class Source:
    """One file as it is: its lines, and the top-level statements, of which only the changed one is compiled."""

    def __init__(self, path):
        with tokenize.open(path) as file:
            text = file.read()
        self.path = path
        self.lines = text.split("\n")
        tree = ast.parse(text)
        self.spans = [(_first_line(node), node.end_lineno) for node in tree.body]
        future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        names = [alias.name for node in future for alias in node.names]
        self.flags = 0
        for name in names:
            self.flags |= getattr(__future__, name).compiler_flag

    def compiled(self, mutant):
        """Return the code of the top-level statement that changes."""
        first, last = mutant["start"][0], mutant["end"][0]
        top, bottom = next(span for span in self.spans if span[0] <= first and last <= span[1])
        text = "\n" * (top - 1) + self._changed(mutant, top, bottom)  # every line keeps its number
        return compile(text, self.path, "exec", self.flags, True)

    def whole(self, mutant):
        """Return the code of the whole file with the change."""
        return compile(self._changed(mutant, 1, len(self.lines)), self.path, "exec", 0, True)

    def _changed(self, mutant, top, bottom):
        (first, left), (last, right) = mutant["start"], mutant["end"]
        lines = self.lines
        before = lines[first - 1].encode("utf-8")[:left].decode("utf-8")
        after = lines[last - 1].encode("utf-8")[right:].decode("utf-8")
        changed = lines[top - 1 : first - 1] + [before + mutant["text"] + after] + lines[last:bottom]
        return "\n".join(changed) + "\n"


def _first_line(node):
    return min([node.lineno] + [each.lineno for each in getattr(node, "decorator_list", ())])
