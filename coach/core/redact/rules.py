"""The forms of secrets that can be recognised, each with examples of what it takes and what it leaves.

Everything around what is taken stays, so that a reader still sees which name the value had. ``what`` says in the words of
docs/security.md what a rule covers; a test compares the two.

Examples are joined from parts where a scanner for leaked keys would otherwise take them for real ones.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from coach.core.redact import patterns as forms
from coach.core.redact.values import (
    is_credential,
    is_key,
    is_last_on_line,
    is_mail,
    is_mixed_secret,
    is_said,
    is_secret_value,
    is_url_user,
    is_url_value,
    is_variable,
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
    needs: tuple[str, ...] = ()
    """Words in lower case of which a text holds one when the rule can find anything in it: looked for first."""
    what: str = ""
    """What it covers, in words."""
    anchor: re.Pattern[str] | None = None
    """Where in a text in lower case a match may begin: looked for first, it is many times faster."""


_B64 = "MIIEowIBAAKCAQEA" + "x7Gq" * 12

_PARTS_OF_NAMES = (
    *("pass", "pwd", "pw", "secret", "token", "key"),
    *("credential", "sess", "sid", "auth", "phrase", "mnemonic"),
)
"""One of them stands in every secret name: a text without any need not be searched."""

RULES: tuple[Rule, ...] = (
    Rule(
        "private-key",
        forms.PEM,
        (
            f"-----BEGIN RSA PRIVATE {'KEY'}-----\n{_B64}\n-----END RSA PRIVATE KEY-----",
            f"E   -----BEGIN OPENSSH PRIVATE {'KEY'}-----\nE   {_B64}\n",
            f"key = '-----BEGIN PRIVATE {'KEY'}-----\\n{_B64}\\n",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----",
            "a private key",
        ),
        needs=("private key",),
        what="private keys in PEM and OpenPGP armour, whole, cut off, with line ends escaped",
    ),
    Rule(
        "url",
        forms.URL_USER,
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
        needs=("://",),
        what="passwords and tokens in front of the host of an address, also with / or @ in them",
    ),
    Rule(
        "url",
        forms.URL_PARAMETER,
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
        needs=("=",),
        what="signatures, tokens and keys among the parameters of an address",
    ),
    Rule(
        "header",
        forms.HEADER,
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
        needs=("authorization", "bearer", "cookie", "x-"),
        what="headers: Authorization (Basic, Bearer, Token), Cookie, Set-Cookie, X-Api-Key and their like",
    ),
    Rule(
        "key",
        forms.KEY_FORMS,
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
        needs=(),
        what="keys and tokens of known vendors by their prefix, JSON web tokens, age keys, also inside a file name",
    ),
    Rule(
        "key",
        forms.KEY_FORMS_BEHIND,
        (
            "https://api.telegram.org/bot" + "123456789:AA" + "k3-_" * 9 + "/x",
            "token%3Dgh" + "p_" + "a1B2" * 9,
        ),
        ("robot", "%3Dvalue"),
        is_key,
        needs=("bot", "%3", "\\n", "\\t", "\\r"),
        what="the same behind an escape, and in addresses of bots",
    ),
    Rule(
        "assignment",
        forms.ASSIGNED,
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
        needs=_PARTS_OF_NAMES,
        what="values of secret names (password, pw, token, secret, api_key, auth, …) in code, JSON, YAML, TOML, ini, XML, tables, connection strings; quoted also one long word or up to eight words after a password",
        anchor=forms.NAMES,
    ),
    Rule(
        "assignment",
        forms.FLAG,
        ("deploy --token " + "9dk20dkw02ls", "tool --password=" + "x9!kd02m"),
        ("tool --password-file /run/secrets/db", "--token-limit 4000", "--secret name"),
        is_secret_value,
        needs=_PARTS_OF_NAMES,
        what="options of commands with such a name (--token X)",
    ),
    Rule(
        "said",
        forms.SAID,
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
        needs=(
            "password",
            "passwort",
            "passphrase",
            "api key",
            "identified",
            "curl",
            "wget",
            "http",
            "smbclient",
            "lftp",
            "mysql",
            "mariadb",
            "sshpass",
            "mongo",
            "docker",
            "podman",
            "helm",
            "skopeo",
            "influx",
            "clickhouse",
            "vnc",
            "redis-",
            "ldap",
            "openssl",
            "vault",
            "auth",
            "aws",
            "az ",
        ),
        what="passwords on the command lines of curl, wget, mysql, sshpass, docker, helm, mongo, redis-cli, ldapsearch, openssl, vault; “the password is X”; IDENTIFIED BY",
        anchor=forms.COMMANDS,
    ),
    Rule(
        "header",
        forms.DIGEST,
        ('Authorization: Digest username="u", realm="r", response="6629fae49393a05397450978507c4ef1"',),
        ('digest="sha256", response="ok"',),
        needs=("digest ", "aws4-"),
        what="the answer in a Digest header, the signature in one of AWS",
    ),
    Rule(
        "assignment",
        forms.VARIABLE,
        (
            "SENTRY_AUTH=" + "9fK2mQ7xW1zL",
            'APP_DSN_KEY="' + "Zk3j9dfk20sl" + '"',
            "MAIL_PASS=" + "ab&c;d1(e",
            "SENTRY_AUTH: " + "9fK2mQ7xW1zL",
            "e['HOOK_KEY'] = '" + "9fK2mQ7xW1zL'",
        ),
        (
            "PRIMARY_KEY=order_id",
            "AUTHOR=ann-1999",
            "SORT_KEY=created_at",
            "KEYBOARD=qwertz-105",
            "PWD=/work/shop",
            "AUTH_MODE: 'oauth2-pkce'",
            "TOKEN_RE = re.compile('x1')",
        ),
        is_variable,
        ("=", ":"),
        what="variables with secret names (X_AUTH, X_KEY, X_DSN, X_COOKIE, X_PASS, …), in text as in the environment",
    ),
    Rule(
        "assignment",
        forms.LAST_ON_LINE,
        (),
        ("password = get(user1, 'x')", "password: List[Char1]", "pass = a.b[c1]+d"),
        is_last_on_line,
        ("pass", "pwd"),
        what="passwords with punctuation at the end of a line of YAML, ini or properties",
        anchor=forms.NAMES,
    ),
    Rule(
        "credential-file",
        forms.PGPASS,
        ("db.acme.io:5432:shop:app:" + "s3cr3tPw9",),
        ("a.py:12:E501:too:long1", "10:30:2:of:day2x", "tests/test_x.py:12:34:E501:long1"),
        is_mixed_secret,
        (":",),
        what="lines of .pgpass",
    ),
    Rule(
        "password-hash",
        forms.CRYPT,
        ("root:$6$" + "saltsalt$" + "h" * 22 + "H7" * 32 + ":19000:0:",),
        ("echo $1$2$3", "costs $5$ or $6$ each"),
        needs=("$",),
        what="hashes of passwords as in htpasswd and shadow",
    ),
    Rule(
        "password-hash",
        forms.CRYPT_NAMED,
        (
            "ann:{SHA}" + "fEqNCco3Yq9h5ZUglD3CZJT4lBs=",
            "pbkdf2_sha256$260000$" + "s4lt$" + "fEqNCco3Yq9h5ZUglD3CZJT4lBs=",
        ),
        ("{SHA} is weak", "pbkdf2_sha256 with 260000 rounds"),
        needs=("{", "pbkdf2_sha"),
        what="hashes of passwords as in LDAP and Django",
    ),
    Rule(
        "email",
        forms.MAIL,
        ("From: Ann Other <ann.other@" + "acme-shop.com>",),
        ("joe@example.com", "git@github.com:a/b.git", "x@self.weights", "@pytest.mark.slow", "pkg@1.2.3"),
        is_mail,
        needs=("@",),
        what="mail addresses",
    ),
)
