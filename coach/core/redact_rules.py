"""The forms of secrets that can be recognised, each with examples of what it takes and what it leaves.

A rule's pattern names what is taken: group ``secret``, ``quoted`` or ``bare``. Everything around it stays, so that a
reader still sees which name the value had. Patterns are bounded: none may take more than linear time on hostile text.

Examples are joined from parts where a scanner for leaked keys would otherwise take them for real ones.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from coach.core.redact_values import (
    is_credential,
    is_key,
    is_mail,
    is_said,
    is_secret_value,
    is_url_user,
    is_url_value,
)

Accept = Callable[[re.Match[str]], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One form. ``accept`` has the last word on a match; ``positive`` and ``negative`` are its own test."""

    name: str
    pattern: re.Pattern[str]
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    accept: Accept | None = None


_PEM = re.compile(
    r"""
    (?P<secret>
      -----BEGIN[ ](?:[A-Z0-9]+[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----
        (?:(?!-----)[\s\S]){0,12000}+ (?:-----END[ ](?:[A-Z0-9]+[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----)?
    | (?:^[^\n]{0,8}?[A-Za-z0-9+/=]{32,80}[ '"\\nr]{0,6}\n){1,80}+ [^\n]{0,80}?
        -----END[ ](?:[A-Z0-9]+[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----
    )
    """,
    re.VERBOSE | re.MULTILINE,
)

_KEY_FORMS = re.compile(
    r"""
    (?<![A-Za-z0-9_])(?P<secret>
      (?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}
    | gh[pousr]_[A-Za-z0-9]{16,} | github_pat_[A-Za-z0-9_]{16,} | gl(?:pat|dt|rt|ptt|ft|soat|cbt)-[\w-]{16,}
    | xox[abeoprs]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{10,} | T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}
    | AIza[\w-]{30,} | ya29\.[\w-]{16,} | GOCSPX-[\w-]{20,} | 1//0[\w-]{30,}
    | sk-[A-Za-z0-9_-]{18,} | [spr]k_(?:live|test)_[A-Za-z0-9]{10,} | whsec_[A-Za-z0-9+/=]{16,}
    | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{30,} | hf_[A-Za-z0-9]{24,} | r8_[A-Za-z0-9]{24,} | gsk_[A-Za-z0-9]{24,}
    | do[opr]_v1_[a-f0-9]{40,} | SG\.[\w-]{16,}\.[\w-]{16,} | sq0(?:atp|csp)-[\w-]{16,} | shp(?:at|ss|ca|pa)_[a-f0-9]{24,}
    | hv[sbr]\.[\w-]{20,} | AGE-SECRET-KEY-1[A-Z0-9]{40,} | glsa_[A-Za-z0-9]{24,}_[a-f0-9]{8} | ATATT3x[\w=-]{20,}
    | lin_api_[A-Za-z0-9]{24,} | dckr_pat_[\w-]{16,} | sntry[su]_[\w=-]{24,} | key-[a-f0-9]{32} | ntn_[A-Za-z0-9]{30,}
    | dp\.(?:pt|st)\.[\w.-]{24,} | figd_[\w-]{24,} | PMAK-[a-f0-9]{20,}-[a-f0-9]{20,} | rubygems_[a-f0-9]{32,}
    | \d{8,10}:AA[\w-]{30,} | [MNO][A-Za-z\d]{22,27}\.[\w-]{6}\.[\w-]{25,}
    | eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?
    )
    """,
    re.VERBOSE,
)

_NAMED = r"""
    (?P<key>(?:[A-Za-z0-9_.\-]{0,40}?(?<![A-Za-z0-9])|[A-Za-z0-9_.\-]{0,40}?)
      (?:password|passwd|passphrase|passwort|(?<![a-z])pass|pwd|secret|token|api[_\-]?key|access[_\-]?key
        |private[_\-]?key|signing[_\-]?key|encryption[_\-]?key|account[_\-]?key|master[_\-]?key|shared[_\-]?key
        |auth[_\-]?key|credentials?|session[_\-]?id|sessid|sid|license[_\-]?key|webhook[_\-]?key|salt[_\-]?key)
      (?:[_\-]?(?:key|base|value|b64|\d{1,2}))*)(?![A-Za-z0-9_])
"""
_GIVEN = r"""
    (?:[bBrRuUfF]{0,2}(?P<q>\\?["'`])(?P<quoted>(?:(?!(?P=q))[^\n]){6,400}+)
      | (?P<bare>[^\s"'`,;&<>()\[\]{}]{6,400}+)(?![(\[]))
"""
_ASSIGNED = re.compile(
    rf"""
    (?<![A-Za-z0-9_.\-])(?:--?)?{_NAMED}
    (?:\\?["'`])?\]?(?:\s?:\s?[A-Za-z_][\w.\[\]|]{{0,40}}(?=\s?=))?
    (?P<gap>[ ]{{0,24}}(?::=|=>|[=!]=|[=:])\s{{0,4}}|(?<=["'])\s?,\s?(?=[bBrRuUfF]?["'])|(?<=["'])\s+value=|>)
    {_GIVEN}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FLAG = re.compile(rf"(?<![\w\-])--{_NAMED}(?P<gap>[ =]){_GIVEN}", re.VERBOSE | re.IGNORECASE)
_SAID = re.compile(
    r"""
    \b(?:(?:password|passwort|passphrase|api[ ]key)[ ](?:is|was|ist|to|of|set[ ]to)[ ]:?["'`]?
      | login[ ]\S{1,80}[ ]password[ ] | IDENTIFIED[ ]BY[ ]["']
      | (?:curl|wget|http)\b[^\n]{0,200}?[ ](?:-u|--user)[ =]["']?[^\s:"']{1,80}:
      | (?:mysql|mysqldump|sshpass)\b[^\n]{0,200}?[ ]-p[ ]?["']?
      | auth\s?=\s?\(\s?["'][^"'\n]{1,80}["']\s?,\s?["'])
    (?P<secret>[^\s"'`,;<>()]{6,200}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HEADER = re.compile(
    r"""
    (?:\b(?:proxy-)?authorization\b["']?\s?[:=,]\s?\(?[bu]?["']?(?:bearer|basic|token|digest|apikey|negotiate|bot)?[ ]?
      | \bbearer[ ]
      | \b(?:set-)?cookie2?["']?\s?[:,]\s?[bu]?["']?
      | \bx-(?:[a-z]+-)?(?:api-key|auth-token|access-token|auth|token|signature|vault-token|amz-security-token)["']?\s?[:,]\s?[bu]?["']?)
    (?P<secret>(?<=[ok]ie: )[^\n"']{8,2000}+|[^\s"',;<>()\[\]{}]{8,2000}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_URL_USER = re.compile(
    r"(?<=[a-z0-9+]://)(?:[^\s/@:'\"]{0,100}:(?P<secret>[^\s/@'\"]{1,200})|(?P<bare>[A-Za-z0-9_\-]{20,200}))(?=@[\w\[])"
)
_URL_PARAMETER = re.compile(
    r"""
    [?&](?:amp;)?(?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|signature|sig|sign|hmac
      |(?:access_|refresh_|id_|auth_|api_)?token|(?:api|access|subscription)[_\-]?key|apikey|key|code|client_secret|password
      |pwd|secret|awsaccesskeyid|session(?:_?id)?)=(?P<secret>[^\s&\#"'<>()]{8,2000}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?<![\w.+\-/:@])(?P<secret>[A-Za-z0-9][\w.+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,4}"
    r"(?:com|org|net|edu|gov|io|dev|de|fr|uk|eu|ch|at|nl|it|es|pl|se|no|dk|fi|jp|cn|in|br|us|ca|au|info|biz|me|co|ai|app|local))\b(?![\w(])"
)


_B64 = "MIIEowIBAAKCAQEA" + "x7Gq" * 12

RULES: tuple[Rule, ...] = (
    Rule(
        "private-key",
        _PEM,
        (
            f"-----BEGIN RSA PRIVATE {'KEY'}-----\n{_B64}\n-----END RSA PRIVATE KEY-----",
            f"E   -----BEGIN OPENSSH PRIVATE {'KEY'}-----\nE   {_B64}\n",
            f"key = '-----BEGIN PRIVATE {'KEY'}-----\\n{_B64}\\n",
            f"{_B64}\n{_B64}\n-----END EC PRIVATE {'KEY'}-----",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----",
            "a private key",
        ),
    ),
    Rule(
        "url",
        _URL_USER,
        (
            "postgresql://shop:" + "h0rse-staple" + "@db.internal:5432/shop",
            "redis://:" + "s3cretpw" + "@cache:6379/0",
            "https://" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0" + "@o1.ingest.sentry.io/4",
        ),
        (
            "http://localhost:8080/@scope/package",
            "ssh://git@github.com/a/b.git",
            "postgres://user:password@localhost/db",
            "https://${USER}:${PASSWORD}@host/",
        ),
        is_url_user,
    ),
    Rule(
        "url",
        _URL_PARAMETER,
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Date=20240101T000000Z&X-Amz-Signature="
            + "9f86d081884c7d65" * 4,
            "GET /hook?page=2&access_token=" + "Zx81kQp0ttRw",
        ),
        (
            "GET /items?sort=key&key=price",
            "/search?code=invalid_code&page=12345678",
            "?token={token}&sig=<signature>",
        ),
        is_url_value,
    ),
    Rule(
        "header",
        _HEADER,
        (
            "Authorization: Basic " + "am9lOmh1bnRlcjIy",
            "('authorization', 'Bearer " + "q83hfkd93hdkq0'" + ")",
            "Cookie: session=" + "8f2k3jd9s; theme=dark",
            '"X-Api-Key": "' + "b1946ac92492d234" + '"',
        ),
        (
            "Authorization: Bearer <token>",
            "the bearer of this letter",
            "Authorization: required",
            "headers['Authorization'] = build_header(user)",
        ),
        is_credential,
    ),
    Rule(
        "key",
        _KEY_FORMS,
        (
            "AKIA" + "Z5XQ7TESTKEY1234",
            "gh" + "p_" + "a1B2" * 9,
            "sk-" + "ant-api03-" + "Qx7_" * 8,
            "xox" + "b-123456789012-abcdefGHIJKL",
            "eyJ" + "hbGciOiJIUzI1NiJ9." + "eyJ" + "zdWIiOiIxMjM0In0.dBjftJeZ4CVP",
        ),
        (
            "sk-learn-compatible-estimator-name",
            "task-" + "1f" * 16,
            "eyJ is how a JWT begins",
            "xoxb-token",
            "AKIA",
        ),
        is_key,
    ),
    Rule(
        "assignment",
        _ASSIGNED,
        (
            "DB_PASSWORD=" + "hunter22",
            "{'api_key': '" + "Zk3j9dfk20sl" + "'}",
            'password: str = "' + "tr0ub4dor&3" + '"',
            "('client_secret', '" + "mD8skw02kd8s" + "')",
            "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG" + "+bPxRfiCYzz81k2d",
            "token      = '" + "4be1a0c93d77f8520e6b" + "'",
            "Server=db;Uid=sa;Pwd=" + "Str0ng!pw;",
        ),
        (
            "password = form.get('password')",
            "if password != confirm_password:",
            "token_count=12345678",
            "tokenizer = 'bert-base-uncased'",
            "secret_name: db-credentials",
            "password=********",
            "def login(user: str, password: str) -> Token:",
            "next_token = tokens[position + 1]",
            "api_key: ${API_KEY}",
            "commit 3b67a2e0d9c8b7a6f5e4d3c2b1a0998877665544",
            "token: tests/test_auth.py::test_token_1",
        ),
        is_secret_value,
    ),
    Rule(
        "assignment",
        _FLAG,
        ("deploy --token " + "9dk20dkw02ls", "tool --password=" + "x9!kd02m"),
        ("tool --password-file /run/secrets/db", "--token-limit 4000", "--secret name"),
        is_secret_value,
    ),
    Rule(
        "said",
        _SAID,
        (
            "the password is " + "Winter2031!",
            "curl -s -u joe:" + "w1nter-9x https://x",
            "auth=('joe', '" + "s3cr3t99')",
        ),
        (
            "the password is required",
            "the password is stored in vault",
            "curl -u $USER:$PASSWORD x",
            "password was 12 days old",
        ),
        is_said,
    ),
    Rule(
        "email",
        _MAIL,
        ("From: Ann Other <ann.other@" + "acme-shop.com>",),
        ("joe@example.com", "git@github.com:a/b.git", "x@self.weights", "@pytest.mark.slow", "pkg@1.2.3"),
        is_mail,
    ),
)
