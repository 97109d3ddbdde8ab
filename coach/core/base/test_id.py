"""Names with ``::`` in them: ids of tests, and keys of functions. No other module knows how they are put together.

Both are strings with questions. A log, a report and a command line hold them as the strings they are, a set compares
them as such, and mypy still tells one from any other text. A value with fields would have to be parsed for each of the
thousands of tests of a report, and written back; of most of them nobody asks anything. A ``NewType`` with functions
beside it would cost a little less to read from a log (0.05 instead of 0.3 µs) and say no more than ``str`` at the place
where it is asked.
"""

from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from coach.core.base.text import as_storable

_SEPARATOR = "::"


class _Name(str):
    """A string of its own type, also where pydantic reads one."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        read = core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
        given = core_schema.no_info_before_validator_function(as_storable, read)
        return core_schema.json_or_python_schema(json_schema=read, python_schema=given)


class TestId(_Name):
    """The id of a test: ``tests/test_cart.py::TestTotal::test_vat[de-19]``, or whatever another runner calls a test.

    Any string is one. Without a separator it is a file that could not be collected, or a name that says no file:
    ``TestTotal/three_items`` of Go, ``Cart adds [a::b]`` of jest. Separators inside of parameters separate nothing.
    """

    __slots__ = ()
    __test__ = False

    @classmethod
    def of(cls, file: str, *names: str, parameters: str = "") -> Self:
        """Put an id together: a file, what stands in it from the outside inwards, and parameters with their brackets."""
        return cls(_SEPARATOR.join((file, *names)) + parameters)

    @property
    def is_in_file(self) -> bool:
        """Whether it says of a test in which file it is; not so of a file as a whole, nor of a name without a file."""
        return self._file_end() >= 0

    @property
    def file(self) -> str:
        """The file, or folder; the whole id when it does not say more than that."""
        end = self._file_end()
        return self[:end] if end >= 0 else str(self)

    @property
    def inside(self) -> str:
        """What follows the file: ``TestTotal::test_vat[de-19]``; empty when nothing does."""
        end = self._file_end()
        return self[end + len(_SEPARATOR) :] if end >= 0 else ""

    @property
    def names(self) -> tuple[str, ...]:
        """Classes and function, from the outside inwards, without parameters; none of a file."""
        return tuple(self.function.inside.split(_SEPARATOR)) if self.is_in_file else ()

    @property
    def parameters(self) -> str:
        """The parameters with their brackets: ``[de-19]``; empty without any."""
        return self[self._parameters_at() :]

    @property
    def function(self) -> "TestId":
        """The id without its parameters: that of all cases of one function."""
        return TestId(self[: self._parameters_at()])

    @property
    def name(self) -> str:
        """The innermost name with its parameters: ``test_vat[de-19]``; the whole id when it says no file."""
        names = self.names
        return names[-1] + self.parameters if names else str(self)

    @property
    def is_pytest(self) -> bool:
        """Whether pytest would give a test this id: files and folders may have spaces in them, a file's ending has none."""
        _, dot, ending = self.file.rpartition("/")[2].rpartition(".")
        return bool(self.inside and dot and ending) and " " not in ending

    def with_file(self, file: str) -> "TestId":
        """Return what it is in another file: the same names and parameters."""
        return TestId.of(file, self.inside) if self.is_in_file else TestId(file)

    def is_under(self, word: str) -> bool:
        """Whether a word of a command line selects it: its own id, its function, its class, its file, a folder above."""
        return self == word or self.startswith((f"{word}{_SEPARATOR}", f"{word}[", f"{word.rstrip('/')}/"))

    def _file_end(self) -> int:
        """Return where the separator behind the file begins; -1 without one."""
        at = self.find(_SEPARATOR)
        while at >= 0 and self._is_in_brackets(at):
            at = self.find(_SEPARATOR, at + len(_SEPARATOR))
        return at

    def _is_in_brackets(self, at: int) -> bool:
        """Whether a place is between brackets: of parameters, since those in the name of a folder hold no separator."""
        return self.rfind("[", 0, at) > self.rfind("]", 0, at) and "]" in self[at:]

    def _parameters_at(self) -> int:
        end = self._file_end()
        at = self.find("[", end + len(_SEPARATOR) if end >= 0 else 0)
        is_part_of_a_path = end < 0 and not self.endswith("]")
        return len(self) if at < 0 or is_part_of_a_path else at


NO_TEST = TestId("")


class FunctionId(_Name):
    """A function in a file of Python: ``shop/cart.py::Cart.total``, by its qualified name; what edits and traces name."""

    __slots__ = ()

    @classmethod
    def of(cls, path: str, name: str) -> Self:
        """Return the key of a function; also of ``<module>``, what stands outside of functions."""
        return cls(f"{path}{_SEPARATOR}{name}")

    @property
    def path(self) -> str:
        return self.partition(_SEPARATOR)[0]

    @property
    def name(self) -> str:
        """The qualified name; empty of a file as a whole."""
        return self.partition(_SEPARATOR)[2]
