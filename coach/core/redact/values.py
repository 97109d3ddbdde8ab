"""Is this value a secret? Told apart from code, prose, placeholders, references and figures.

A secret-named key is no proof: most of what stands behind ``password`` in a source file is an expression. These
questions have the last word on what the patterns of ``redact_rules`` match.
"""

import base64
import re

from coach.core.base.test_id import TestId

_PLACEHOLDER = re.compile(
    r"""
      [*•x.…_\-\#?]+ | <.*> | \[.*\] | \$\{?.* | \{.*\}? | %\(?\w+\)?s? | @\w+@
    | (?:your|my|the|some|a|dummy|fake|example|insert|replace)[_\- ].* | .*[_\-]here
    | !\w+.* | none | null | nil | true | false | undefined | empty | unset | changeme | change[_\-]me | redacted | masked | hidden
    | pass | passwd | password | secret | token | string | required | optional | invalid | missing | example
    """,
    re.VERBOSE | re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:~|\.{0,2})?/[\w.-]+/.*|(?:vault|arn|env|ref\+\w+|op|ssm|kms|file|https?|secretref):.*", re.IGNORECASE
)
_WORDS = re.compile(r"[A-Za-z]+(?:[ _.\-/][A-Za-z]+)*[ _.\-]?\d?")
_ATTRIBUTE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_IDENTIFIER = re.compile(r"[a-z_][a-z]*(?:_[a-z0-9]+)+|[A-Za-z_]+")
_FIGURE = re.compile(r"[\d.,:+\-/ ]+")


_SECRET_NAME = re.compile(
    r"(?:^|_)(?:(?:API|ACCESS|PRIVATE|SECRET|ENCRYPTION|SIGNING)?_?KEY|TOKEN|SECRETS?|PASSWORD|PASSWD|PASS|PASSPHRASE|PWD|PW"
    r"|CREDENTIALS?|AUTH|COOKIE|DSN)(?:_|$)",
    re.IGNORECASE,
)
_NO_VALUE_OF = frozenset(
    {"primary", "foreign", "sort", "cache", "partition", "public", "unique", "row", "hash", "group", "index"}
)
"""What stands in front of KEY in names of keys that are no secrets."""
_ABOUT = re.compile(
    r"_(?:NAMES?|URLS?|URI|FILES?|PATH|DIR|ID|RE|TYPE|MODE|AGE|USER|HOST|PREFIX|LENGTH|TTL|HEADER|CLASS|BACKENDS?)$"
)
"""How names end that say something about a secret."""
_FRONT = re.compile(r"[A-Za-z0-9_.\-]{0,40}$")
_SAID_OF_PASSWORDS = re.compile(
    r"password|secret|token|example|valid|require|change|dummy|sample|default|field|hidden|input|string|confirm|match"
    r"|correct|incorrect|expired|missing|forgot|reset|wrong|login|user|test|fake|mock|placeholder|value|unknown|credential",
    re.IGNORECASE,
)
_FUNCTION_WORDS = frozenset(
    [
        "the",
        "an",
        "is",
        "are",
        "was",
        "be",
        "must",
        "may",
        "can",
        "should",
        "your",
        "you",
        "our",
        "his",
        "her",
        "its",
        "of",
        "to",
        "for",
        "and",
        "or",
        "not",
        "at",
        "least",
        "with",
        "without",
        "this",
        "that",
        "from",
        "has",
        "have",
        "had",
        "been",
        "enter",
        "please",
        "new",
        "old",
        "same",
        "too",
        "short",
        "long",
        "weak",
        "strong",
        "again",
        "does",
        "did",
        "will",
        "when",
        "where",
        "which",
        "none",
        "only",
        "more",
        "than",
        "characters",
        "letters",
        "digits",
        "one",
        "two",
        "all",
        "any",
        "but",
        "use",
        "using",
        "set",
        "see",
        "here",
        "there",
        "they",
        "then",
        "also",
        "cannot",
        "only",
        "hash",
        "hashed",
        "password",
        "passwords",
        "secret",
        "token",
        "field",
        "invalid",
        "required",
        "incorrect",
        "wrong",
        "missing",
        "expired",
        "reset",
        "forgot",
        "change",
        "confirm",
        "user",
        "login",
    ]
)
_FEW_ODD_WORDS = re.compile(
    r"(?=[^\d\n]{0,60}\d)(?=[\w ]{0,60}[^\w\s.,:;'\"()\[\]{}])\S{2,20}(?: \S{2,20}){1,2}"
)
"""A password with blanks, a figure and a sign."""
_PHRASE = re.compile(r"[a-z]{3,12}(?:[ \-][a-z]{3,12}){3,7}")


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret: one rule for the environment, ``.env`` files and text.

    Whole parts of a name count: KEYBOARD_LAYOUT and AUTHOR hold no secrets.
    """
    return bool(_SECRET_NAME.search(name))


def name_of(match: re.Match[str]) -> str:
    """Return the whole name of which a pattern matched the end."""
    start = match.start("key")
    front = _FRONT.search(match.string[max(0, start - 40) : start])
    return (front.group() if front else "") + match.group("key")


def is_strong(value: str) -> bool:
    """Whether a found value may be taken out wherever else it occurs: too unusual to be an ordinary word."""
    return (
        len(value) >= 8 and not _WORDS.fullmatch(value) and not _FIGURE.fullmatch(value) and "\n" not in value
    )


def is_random(value: str) -> bool:
    """Whether a value without a telling name is a secret all the same: long, of one piece, letters and digits mixed."""
    return (
        len(value) >= 16
        and bool(re.fullmatch(r"[A-Za-z0-9+/=_.\-]+", value))
        and is_strong(value)
        and is_mixed(value)
    )


def is_mixed(value: str) -> bool:
    letters = value[1:]
    has_case = any(char.islower() for char in letters) and any(char.isupper() for char in letters)
    return (
        has_case or any(char.isdigit() for char in value) or any(char in "!$%^&*+=@#?~|/\\" for char in value)
    )


def is_secret_value(match: re.Match[str]) -> bool:
    """Tell the value of a secret-named key from code, prose, placeholders and references."""
    key, quoted, bare = name_of(match), match.group("quoted"), match.group("bare")
    value = quoted or bare
    if (
        is_named_for_another(key, value)
        or _PLACEHOLDER.fullmatch(value)
        or _REFERENCE.fullmatch(value)
        or TestId(value).is_in_file
    ):
        return False
    is_password = is_of_password(key)
    if _FIGURE.fullmatch(value):
        return is_password and value.isdigit()
    if ("phrase" in key.lower() or "mnemonic" in key.lower()) and quoted and len(value) >= 12:
        return True
    if quoted and is_password and (is_made_of_words(key, value) or _FEW_ODD_WORDS.fullmatch(value)):
        return True
    if bare:
        return is_bare_secret(key, bare, match.group("gap"), is_password=is_password)
    return (
        not (re.search(r"\s", value) or _WORDS.fullmatch(value))
        and is_mixed(value)
        and is_long(value, is_password)
    )


def is_of_password(key: str) -> bool:
    return "pass" in key.lower() or "pwd" in key.lower() or bool(re.search(r"(?:^|[_.\-])pw$", key.lower()))


def is_named_for_another(key: str, value: str) -> bool:
    """Whether a name that ends like a secret's is that of something else, as far as its value shows."""
    if (
        key.lower().rpartition(".")[2].lstrip("_-").endswith("auth")
    ):  # a scheme, a class, a base64 of user and password
        return not (_says_user_and_password(value) or (is_random(value) and not _CLASS.fullmatch(value)))
    return False


_CLASS = re.compile(r"(?:[A-Z]+[a-z]+\d?)+")


def _says_user_and_password(value: str) -> bool:
    try:
        return b":" in base64.b64decode(value, validate=True)[1:-1]
    except ValueError:
        return False


def is_made_of_words(key: str, value: str) -> bool:
    """Whether a quoted value is a password of letters only: one long word, or a phrase and no sentence."""
    if not re.search(r"(?:password|passwd|passphrase|pwd|pw|pass)$", key.lower()):
        return False
    if re.fullmatch(r"[a-z]{12,40}", value):
        return not _SAID_OF_PASSWORDS.search(value)
    words = re.split(r"[ \-]", value)
    return bool(_PHRASE.fullmatch(value)) and not _FUNCTION_WORDS & set(words)


def is_variable(match: re.Match[str]) -> bool:
    """Tell the value of a variable with a secret name from a reference, a word or a figure."""
    key, value = match.group("key"), match.group("quoted") or match.group("bare")
    front = key.lower().rpartition("_key")[0].rpartition("_")[2]
    if (
        not is_secret_name(key)
        or _ABOUT.search(key)
        or front in _NO_VALUE_OF
        or value.startswith(("/", "~", "./"))
    ):
        return False
    is_other = _PLACEHOLDER.fullmatch(value) or _REFERENCE.fullmatch(value) or _WORDS.fullmatch(value)
    is_code = _ATTRIBUTE.fullmatch(value) or _CODE.match(value) or _FIGURE.fullmatch(value)
    return not (is_other or is_code or _IDENTIFIER.fullmatch(value)) and is_mixed(value)


_CODE = re.compile(r"[A-Za-z_][\w.]*[(\[{]|[\[{(<]|\$|.*[)\]]$")


def is_last_on_line(match: re.Match[str]) -> bool:
    """Take passwords with punctuation that end a line, and no code."""
    value = match.group("bare")
    is_odd = bool(re.search(r"[&<>;(){}\[\],]", value)) and any(char.isdigit() for char in value)
    is_code = (
        re.match(r"[A-Za-z_][\w.]*[(\[{]", value)
        or value[-1] in ",;({[:"
        or "->" in value
        or value.endswith("):")
    )
    return (is_odd and not is_code and not re.search(r"\w[)\]](?:[.,)\]]|$)", value)) or (
        is_odd and not is_code and ";" in value
    )


def is_mixed_secret(match: re.Match[str]) -> bool:
    """Take what has letters and digits, or is no word."""
    value = match.group("secret")
    is_other = _PLACEHOLDER.fullmatch(value) or _WORDS.fullmatch(value) or _FIGURE.fullmatch(value)
    return not is_other and is_mixed(value) and any(char.isalpha() for char in value)


def is_bare_secret(key: str, value: str, gap: str, *, is_password: bool) -> bool:
    if gap == "=" and key.isupper() and not _ATTRIBUTE.fullmatch(value):
        # An environment dump: nothing there is code, a plain word is a value as well.
        return is_password or is_mixed(value)
    if is_random(value.rpartition(".")[2]) and any(char.isdigit() for char in value):
        return True
    if _ATTRIBUTE.fullmatch(value) or _IDENTIFIER.fullmatch(value) or _WORDS.fullmatch(value):
        return bool(re.fullmatch(r"[a-z]+\d", value)) and is_password and not value.startswith(("pass", "pw"))
    return is_mixed(value) and is_long(value, is_password)


def is_long(value: str, is_password: bool) -> bool:  # noqa: FBT001 - one caller each, read as one condition
    return is_password or len(value) >= 8


def is_said(match: re.Match[str]) -> bool:
    value = match.group("secret")
    is_other = _PLACEHOLDER.fullmatch(value) or _WORDS.fullmatch(value) or _FIGURE.fullmatch(value)
    return not is_other and is_mixed(value)


def is_user_part(match: re.Match[str]) -> bool:
    """Tell a password from a port, a placeholder, and the user's name again, as in every example of a database."""
    value = match.group("secret")
    user = match.group()[: match.start("secret") - match.start()].rstrip(":")
    return user != value and not _PLACEHOLDER.fullmatch(value) and not re.fullmatch(r"\d{1,5}", value)


def is_credential(match: re.Match[str]) -> bool:
    value = match.group("secret")
    has_case = any(char.islower() for char in value) and any(char.isupper() for char in value)
    return not _PLACEHOLDER.fullmatch(value) and (
        has_case or any(char.isdigit() or char == "=" for char in value)
    )


def is_key(match: re.Match[str]) -> bool:
    """Prefixed keys are random: words joined by hyphens only look alike."""
    return any(char.isdigit() for char in match.group("secret"))


def is_mail(match: re.Match[str]) -> bool:
    local, _, domain = match.group("secret").rpartition("@")
    is_reserved = re.search(r"(?:^|\.)(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?$", domain)
    return not is_reserved and local != "git" and not local.startswith("noreply")


def is_url_value(match: re.Match[str]) -> bool:
    value = match.group("secret")
    return not _PLACEHOLDER.fullmatch(value) and not _WORDS.fullmatch(value) and is_mixed(value)


def is_url_user(match: re.Match[str]) -> bool:
    """Tell a password in an address from a port, a placeholder and a path."""
    slashed = match.group("slashed")
    if slashed:
        return any(char.isdigit() for char in slashed) and not re.match(r"[\w.\-]*\.\w+/", slashed)
    return is_user_part(match) if match.group("secret") else is_mixed(match.group("bare"))
