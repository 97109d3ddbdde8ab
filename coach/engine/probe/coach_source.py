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
        self.members = [each for node in tree.body for each in _members(node, ())]
        future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        names = [alias.name for node in future for alias in node.names]
        self.flags = 0
        for name in names:
            self.flags |= getattr(__future__, name).compiler_flag

    def compiled(self, mutant):
        """Return the code of the statement that changes: a function or method, or what stands at the top level.

        Of classes around a method only their names are compiled: they decide on private names and on ``super``.
        """
        first, last = mutant["start"][0], mutant["end"][0]
        for top, bottom, classes in self.members:
            if top <= first and last <= bottom:
                heads = [" " * node.col_offset + "class " + node.name + ":\n" for node in classes]
                text = "\n" * (top - 1 - len(heads)) + "".join(heads) + self._changed(mutant, top, bottom)
                return compile(text, self.path, "exec", self.flags, True)
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


def _members(node, classes):
    """Yield the methods of a class that can be compiled without the rest of it: first line, last line, the classes around."""
    if not isinstance(node, ast.ClassDef):
        return
    around = classes + (node,)
    for each in node.body:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield _first_line(each), each.end_lineno, around
        else:
            for found in _members(each, around):
                yield found


def _first_line(node):
    return min([node.lineno] + [each.lineno for each in getattr(node, "decorator_list", ())])
