"""Parse the text of settings files that somebody else wrote, TOML and INI, in time that grows with their length only.

The parsers of the standard library assume friendly text: a TOML key of very many parts and an INI line of very many blanks
cost the square of their length, arrays within arrays end in RecursionError, and a number of many digits in a ValueError
that names no place. Every such text ends here in ``ValueError``, whose text is a sentence.
"""

import configparser
import re
import tomllib
from typing import Any

MAX_KEY_PARTS = 200
"""Parts of one dotted key; each costs as much as all before it."""
MAX_INI_LINE = 20_000
"""Characters of one line of an INI file; blanks in it cost the square of their number."""
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"?|\'[^\'\n]*+\'?')
_PART = re.compile(r"[^\s.][ \t]*+\.")
_BETWEEN_KEYS = re.compile(r"[\n=,{}\[\]]")


def toml_table(text: str) -> dict[str, Any]:
    """Parse TOML. Raises ValueError."""
    for words in _BETWEEN_KEYS.split(_QUOTED.sub(_blotted, text)):
        if words.count(".") > MAX_KEY_PARTS and len(_PART.findall(words)) > MAX_KEY_PARTS:
            raise ValueError(f"a key has more than {MAX_KEY_PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("its arrays or tables lie too deep in one another") from None
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, OverflowError) as error:
        raise ValueError(f"a value cannot be read: {str(error)[:200]}") from None


def _blotted(quoted: re.Match[str]) -> str:
    """Put one letter for a quoted text; what is not closed in its line may be anything, and stays."""
    found = quoted.group()
    return "q" if len(found) > 1 and found[-1] == found[0] else found


def ini_sections(text: str, *, with_bare_keys: bool = False) -> configparser.RawConfigParser:
    """Parse an INI file; ``with_bare_keys`` takes keys that have no value. Raises ValueError."""
    if any(len(line) > MAX_INI_LINE for line in text.splitlines()):
        raise ValueError(f"a line is longer than {MAX_INI_LINE:,} characters")
    parser = configparser.RawConfigParser(strict=False, allow_no_value=with_bare_keys)
    try:
        parser.read_string(text)
    except (configparser.Error, AttributeError, TypeError) as error:
        # Settings without a section, or a bare key that is continued, trip the parser itself.
        raise ValueError(str(error).partition("\n")[0][:200]) from None
    return parser
