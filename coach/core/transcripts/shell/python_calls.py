"""Calls of an edit script: files, paths, methods of strings and lists, and searches whose cost is small for certain."""

import ast
import re
from collections.abc import Callable
from posixpath import basename, dirname, join
from typing import Any

from coach.core.transcripts.shell.patterns import NotInterpretable
from coach.core.transcripts.shell.python_expressions import Expressions
from coach.core.transcripts.shell.python_values import (
    BUILTINS,
    DICT_METHODS,
    LIST_METHODS,
    MATCH_METHODS,
    PLAIN,
    Function,
    Module,
    OpenFile,
    PathValue,
    Raised,
    checked,
    pattern_cost,
    text_method,
)

_RANGES = 100_000
_FLAGS = {"re.S": re.DOTALL, "re.DOTALL": re.DOTALL, "re.M": re.MULTILINE, "re.MULTILINE": re.MULTILINE}
_SEARCHES = frozenset({"re.sub", "re.search", "re.match", "re.findall", "re.subn"})


def _path(*given: Any) -> PathValue:
    return PathValue(join(*(each.path if isinstance(each, PathValue) else each for each in given or (".",))))


def _range(*given: Any) -> range:
    if not all(isinstance(each, int) and abs(each) < _RANGES for each in given):
        raise NotInterpretable("a long range")
    return range(*given)


_LIBRARY: dict[str, Callable[..., Any]] = {
    "Path": _path,
    "pathlib.Path": _path,
    "range": _range,
    "os.path.join": join,
    "os.path.basename": basename,
    "os.path.dirname": dirname,
    "re.escape": re.escape,
}


class Calls(Expressions):
    """What a script calls. Files it opens are those in memory."""

    def _call(self, node: ast.Call) -> Any:
        if any(isinstance(each, ast.Starred) for each in node.args) or any(
            not each.arg for each in node.keywords
        ):
            raise NotInterpretable("a call")
        given = [self.value(each) for each in node.args]
        named = {str(each.arg): self.value(each.value) for each in node.keywords}
        if isinstance(node.func, ast.Attribute):
            holder = self.value(node.func.value)
            if not isinstance(holder, Module):
                return self._method(holder, node.func.attr, given, named)
        called = self.value(node.func)
        if isinstance(called, Function):
            return self.call_function(called, given, named)
        if isinstance(called, Module):
            return self._known(called.name, given, named)
        raise NotInterpretable("a call")

    def call_function(self, function: Function, given: list[Any], named: dict[str, Any]) -> Any:
        """Call a function of the script's own."""
        raise NotImplementedError

    def _known(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """Call what the language or its library has."""
        if name in {"print", "sys.stdout.write", "sys.stderr.write"}:
            return None
        if name in {"open", "io.open", "codecs.open"}:
            return self._open(given, named)
        if name in _SEARCHES:
            return self._search(name, given, named)
        if name in {"os.path.exists", "os.path.isfile"}:
            return self._exists(given[0])
        call = _LIBRARY.get(name) or BUILTINS.get(name)
        if call is None or named or not all(isinstance(each, (*PLAIN, range, PathValue)) for each in given):
            raise NotInterpretable(f"a call of {name[:60]}")
        self.spend(given[0] if given else "")
        return checked(call(*given))

    def _exists(self, name: str) -> bool:
        path = self.files.path(name, self.cwd)
        content = self.written.get(path, self.files.read(path))
        if content is not None and not isinstance(content, str):
            raise NotInterpretable("a file whose content is not known")
        return content is not None

    def _search(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """Search with a pattern whose cost is small for certain."""
        flags = named.pop("flags", 0)
        at = 2 if name not in {"re.sub", "re.subn"} else 4
        flags = given.pop() if len(given) > at else flags
        flags = _FLAGS.get(flags.name) if isinstance(flags, Module) else flags
        text = given[at - 2 + (1 if at == 2 else 0)] if at == 2 else given[2]
        cost = pattern_cost(given[0], text) if isinstance(given[0], str) and isinstance(text, str) else None
        if cost is None or flags is None or not self.budget.spend(cost // 10 + 10):
            raise NotInterpretable("a search with a pattern")
        if at == 4 and not isinstance(given[1], str):
            raise NotInterpretable("a search with a pattern")
        try:
            return checked(getattr(re, name[3:])(*given, flags=flags, **named))
        except (re.error, OverflowError, RecursionError):
            raise Raised from None

    def _method(self, holder: Any, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        if isinstance(holder, OpenFile):
            return self._file_method(holder, name, given)
        if isinstance(holder, PathValue):
            return self._path_method(holder, name, given)
        if isinstance(holder, str):
            self.spend(holder)
            return text_method(holder, name, given, named)
        allowed = {list: LIST_METHODS, dict: DICT_METHODS, re.Match: MATCH_METHODS}.get(
            type(holder), frozenset()
        )
        if name not in allowed or named:
            raise NotInterpretable(f"the method {name}")
        result = getattr(holder, name)(*given)
        checked(holder)
        return list(result) if name in {"items", "keys", "values"} else result

    # files

    def _touch(self) -> None:
        if not self.budget.spend(200):
            raise NotInterpretable("more evaluation than is done for one transcript")

    def _read(self, name: str) -> str:
        self._touch()
        path = self.files.path(name, self.cwd)
        self.opened.add(path)
        content = self.written.get(path, self.files.read(path))
        if content is None:
            raise Raised
        if not isinstance(content, str):
            raise NotInterpretable("a file whose content is not known")
        return content

    def _put(self, name: str, text: str) -> None:
        self._touch()
        self.spend(text)
        self.written[self.files.path(name, self.cwd)] = str(checked(text))

    def _open(self, given: list[Any], named: dict[str, Any]) -> OpenFile:
        name = given[0].path if isinstance(given[0], PathValue) else given[0]
        mode = given[1] if len(given) > 1 else named.get("mode", "r")
        if not isinstance(name, str) or not isinstance(mode, str):
            raise NotInterpretable("a file")
        file = OpenFile(name, mode)
        if "w" not in mode:
            path = self.files.path(name, self.cwd)
            is_new = "a" in mode and self.written.get(path, self.files.read(path)) is None
            file.text = "" if is_new else self._read(name)
        else:
            self._put(name, "")
        self.files_open.append(file)
        return file

    def _file_method(self, file: OpenFile, name: str, given: list[Any]) -> Any:
        if name in {"read", "readlines"} and not given:
            text, file.position = file.text[file.position :], len(file.text)
            return text if name == "read" else text.splitlines(keepends=True)
        if name == "write":
            file.parts.append(given[0])
            return len(given[0])
        if name == "writelines":
            file.parts += list(given[0])
            return None
        if name == "seek" and given == [0]:
            file.position = 0
            return 0
        if name == "truncate" and not given and not file.position:
            file.text = ""
            return 0
        if name == "close":
            return self.close(file)
        raise NotInterpretable(f"the method {name}")

    def close(self, file: OpenFile) -> None:
        """Put down what was written to a file."""
        if not file.parts or not all(isinstance(each, str) for each in file.parts):
            return
        text = "".join(file.parts)
        if "a" in file.mode:
            text = file.text + text
        elif "+" in file.mode and "w" not in file.mode:
            at = file.position
            text = file.text[:at] + text + file.text[at + len(text) :]
        self._put(file.path, text)
        file.parts = []
        file.text = text

    def _path_method(self, path: PathValue, name: str, given: list[Any]) -> Any:
        if name == "read_text":
            return self._read(path.path)
        if name == "write_text":
            self._put(path.path, given[0])
            return len(given[0])
        if name == "open":
            return self._open([path.path, *given], {})
        if name in {"exists", "is_file"}:
            return self._exists(path.path)
        raise NotInterpretable(f"the method {name}")
