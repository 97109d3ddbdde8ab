"""Is this value a secret? Told apart from code, prose, placeholders, references and figures.

A secret-named key is no proof: most of what stands behind ``password`` in a source file is an expression. These
questions have the last word on what the patterns of ``redact_rules`` match.
"""

import re

_PLACEHOLDER = re.compile(
    r"""
      [*•x.…_\-\#?]+ | <.*> | \[.*\] | \$\{?.* | \{.*\}? | %\(?\w+\)?s? | @\w+@
    | (?:your|my|the|some|a|dummy|fake|example|insert|replace)[_\- ].* | .*[_\-]here
    | none | null | nil | true | false | undefined | empty | unset | changeme | change[_\-]me | redacted | masked | hidden
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
    key, quoted, bare = match.group("key"), match.group("quoted"), match.group("bare")
    value = quoted or bare
    if _PLACEHOLDER.fullmatch(value) or _REFERENCE.fullmatch(value) or "::" in value:
        return False
    is_password = "pass" in key.lower() or "pwd" in key.lower()
    if _FIGURE.fullmatch(value):
        return is_password and value.isdigit()
    if "phrase" in key.lower() and quoted and len(value) >= 12:
        return True
    if bare:
        return is_bare_secret(key, bare, match.group("gap"), is_password=is_password)
    return (
        not (re.search(r"\s", value) or _WORDS.fullmatch(value))
        and is_mixed(value)
        and is_long(value, is_password)
    )


def is_bare_secret(key: str, value: str, gap: str, *, is_password: bool) -> bool:
    if gap == "=" and key.isupper() and not _ATTRIBUTE.fullmatch(value):
        # An environment dump: nothing there is code, a plain word is a value as well.
        return is_password or is_mixed(value)
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
    value = match.group("secret")
    return not _PLACEHOLDER.fullmatch(value) and not re.fullmatch(r"\d{1,5}", value)


def is_credential(match: re.Match[str]) -> bool:
    value = match.group("secret")
    return not _PLACEHOLDER.fullmatch(value) and bool(re.search(r"\d|[A-Z].*[a-z]|[a-z].*[A-Z]|=", value))


def is_key(match: re.Match[str]) -> bool:
    """Prefixed keys are random: words joined by hyphens only look alike."""
    return any(char.isdigit() for char in match.group("secret"))


def is_mail(match: re.Match[str]) -> bool:
    local, _, domain = match.group("secret").rpartition("@")
    is_reserved = bool(
        re.search(r"(?:^|\.)(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?$", domain)
    )
    return not is_reserved and local != "git" and not local.startswith("noreply")


def is_url_value(match: re.Match[str]) -> bool:
    value = match.group("secret")
    return not _PLACEHOLDER.fullmatch(value) and not _WORDS.fullmatch(value) and is_mixed(value)


def is_url_user(match: re.Match[str]) -> bool:
    return is_user_part(match) if match.group("secret") else is_mixed(match.group("bare"))
