"""Secrets and look-alikes that the rules were worked on with, written by hand; ``unseen.py`` is the half that nobody looked at.

Secrets are joined from parts so that no scanner takes this file for a leak.
"""

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote

from tests.core import held_out
from tests.redaction.sample import Sample

_HEX = "7c1d9e02ab34f5688d0e"
_MIX = "Hq4vT9sWc2LmX7pRz8Kd"
_B64 = base64.b64encode(b"worked on by hand, " * 4).decode()
_KEY = "gh" + "o_" + "Zx9Q" * 9
_PEM = ["MIIEvQIBADANBgkq" + "hV8x" * 12, "Kq2Z" * 16, "9fT1" * 9]

SECRETS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # Found by a second look, with outputs written while the rules were not open.
    ("second look", "InvalidPath: token=s." + _MIX, (_MIX,)),
    ("second look", "password='" + "kx7 mq2pw!" + "' psql", ("kx7 mq2pw!",)),
    ("second look", "Authorization: AWS4-HMAC-SHA256 Credential=x/y, SignedHeaders=host, Signature=" + _HEX + _HEX, (_HEX + _HEX,)),
    ("second look", "auth=HTTPBasicAuth('svc', '" + "Kx7mQ2pw9" + "')", ("Kx7mQ2pw9",)),
    ("second look", 'let token: &str = "' + "Kx7mQ2pw9vB3" + '";', ("Kx7mQ2pw9vB3",)),
    ("second look", 'Config { password: Some("' + "Kx7mQ2pw9" + '") }', ("Kx7mQ2pw9",)),
    ("second look", "app_key=" + _HEX + _HEX, (_HEX,)),
    ("second look", "smtp: AUTH PLAIN " + base64.b64encode(b"\0ann\0Kx7mQ2pw9").decode(), (base64.b64encode(b"\0ann\0Kx7mQ2pw9").decode(),)),
    ("second look", "ALTER USER ann WITH PASSWORD '" + "Kx7mQ2pw9" + "';", ("Kx7mQ2pw9",)),
    # What is claimed and once stayed.
    ("address", "psql postgres://app:" + "p@ss/w0rd9" + "@db.acme.io:5432/app", ("p@ss", "w0rd9")),
    ("address", "DATABASE: mysql://root:" + "a/b1@c" + "@127.0.0.1.nip.io/x", ("a/b1", "b1@c")),
    ("address", "mongodb+srv://svc:" + "q@w@3rty" + "@cluster0.ab1cd.mongodb.net/?retryWrites=true", ("q@w@3rty", "3rty")),
    ("address", "remote: https://oauth2:" + _MIX + "@gitlab.acme.io/x/y.git", (_MIX,)),
    ("address", "url = https://" + _KEY + ":x-oauth-basic@github.com/a/b", (_KEY,)),
    ("vendor", "wrote /var/tmp/dump_" + _KEY + ".txt", (_KEY,)),
    ("vendor", "s3://bucket/logs_" + "AKIA" + "Z5XQ7MNOP2345678" + "_old.gz", ("AKIA" + "Z5XQ7MNOP2345678",)),
    ("variable", "env: SENTRY_AUTH=" + _MIX, (_MIX,)),
    ("variable", "export MAILGUN_KEY=" + _HEX + " && run", (_HEX,)),
    ("variable", "    PAGER_KEY: '" + "pg.9-" + _HEX + "'", (_HEX,)),
    ("variable", '"NEWS_AUTH": "' + _MIX + '",', (_MIX,)),
    ("variable", "os.environ['HOOK_AUTH'] = '" + _MIX + "'", (_MIX,)),
    ("vendor", "HOOK: https://hooks.slack.com/services/" + "Tab12Cd34/Bef56Gh78/" + _MIX, (_MIX,)),
    ("variable", "APP_COOKIE=" + "s%3A" + _MIX, (_MIX,)),
    ("variable", "  - REDIS_PASS=" + "x&y;z9(w", ("x&y;z9(w", "z9(w")),
    ("netrc", "machine api.acme.io\n\tlogin bot\n\tpassword " + "br1ck&mortar" + "\nmachine b", ("br1ck&mortar",)),
    ("netrc", "E   machine h login u\nE     password " + "Plain-Horse7", ("Plain-Horse7",)),
    ("netrc", "+machine h\n+login u\n+account a\n+password " + "t0paz-lane", ("t0paz-lane",)),
    ("phrase", "Client(password='" + "supercalifragilistic" + "')", ("supercalifragilistic",)),
    ("phrase", 'settings["db_password"] = "' + "violet hammer ocean teapot" + '"', ("violet hammer ocean teapot",)),
    ("short name", "smb(user='a', pw='" + "T1mber!x" + "')", ("T1mber!x",)),
    ("short name", "pw: " + "n3ighbour", ("n3ighbour",)),
    ("kubernetes", "kind: Secret\napiVersion: v1\ndata:\n  tls.key: " + _B64 + "\n  pin: MTIzNDU2\ntype: Opaque", (_B64, "MTIzNDU2")),
    ("kubernetes", "apiVersion: v1\ndata:\n  a: " + _B64 + "\nkind: Secret\nmetadata: {name: x}", (_B64,)),
    ("kubernetes", '{"kind":"Secret","apiVersion":"v1","data":{"dsn":"' + _B64 + '"}}', (_B64,)),
    ("kubernetes", "+kind: Secret\n+stringData:\n+  user: " + "adm1n-svc" + "\n+  word: " + "Gr33n.Door", ("Gr33n.Door",)),
    # Beyond.
    ("wrapped", "the key is\n    " + _KEY[:22] + "\n    " + _KEY[22:] + "\n    and no more", (_KEY[:22], _KEY[22:])),
    ("wrapped", "E     " + "sk-" + "proj-" + _MIX + "\nE     " + _HEX + _MIX, ("sk-" + "proj-" + _MIX, _HEX + _MIX)),
    ("encoded", "payload " + base64.b64encode(("API_TOKEN=" + _MIX).encode()).decode(), (base64.b64encode(("API_TOKEN=" + _MIX).encode()).decode(),)),
    ("encoded", "cert: " + base64.b64encode(("-----BEGIN RSA PRIVATE " + "KEY-----\nMIIE" + _MIX).encode()).decode(), (_MIX, "LS0tLS1CRUdJTiBSU0E")),
    ("kubeconfig", "    client-key-data: " + _B64 * 9, (_B64,)),
    ("docker", '{"auths": {"https://index.docker.io/v1/": {"auth": "' + base64.b64encode(b"joe:h0rse").decode() + '"}}}', (base64.b64encode(b"joe:h0rse").decode(),)),
    ("hash", "deploy:$2y$10$" + _MIX + _HEX + "abcdefghi", (_MIX,)),
    ("hash", "ann:$y$j9T$" + _MIX + "$" + _HEX * 2 + ":19800:0:99999:7:::", (_MIX, _HEX * 2)),
    ("hash", "uid=x userPassword: {SSHA}" + _B64[:40], (_B64[:40],)),
    ("command", "$ redis-cli -u h -a " + _HEX + " get x", (_HEX,)),
    ("command", "run: docker login ghcr.io -u joe -p " + _MIX, (_MIX,)),
    ("command", "ldapsearch -x -D cn=admin -w " + "S3rv1ce-x" + " -b dc=io", ("S3rv1ce-x",)),
    ("command", "openssl rsa -in k.pem -passin pass:" + "0pen5esame", ("0pen5esame",)),
    ("command", "mongosh --host h -u root -p " + "M0ng0-pw" + " db", ("M0ng0-pw",)),
    ("command", "smbclient //h/s -U joe%" + "Sm8-share", ("Sm8-share",)),
    ("command", "aws configure set aws_secret_access_key " + _MIX + _MIX, (_MIX,)),
    ("command", "sshpass -p" + "r0ot.pass" + " ssh h", ("r0ot.pass",)),
    ("putty", "PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 2\n" + _PEM[0] + "\n" + _PEM[2] + "\nPrivate-MAC: " + _HEX, (_PEM[0], _PEM[2])),
    ("pem", "E   -----BEGIN PRIVATE " + "KEY-----\n" + "\n".join("E   " + each for each in _PEM), tuple(_PEM)),
    ("pem", "2031-01-01T00:00:00Z x " + _PEM[0] + "\n2031-01-01T00:00:00Z x " + _PEM[1] + "\n2031-01-01T00:00:00Z x -----END RSA PRIVATE " + "KEY-----", tuple(_PEM[:2])),
    ("pem", json.dumps({"k": "-----BEGIN EC PRIVATE " + "KEY-----\n" + "\n".join(_PEM)}), tuple(_PEM)),
    ("block", "stage:\n  deploy_token: >-\n    " + _MIX + "\n  env: x", (_MIX,)),
    ("pgpass", "localhost:5432:*:postgres:" + "pg-Sup3r", ("pg-Sup3r",)),
    ("digest", 'curl: Authorization: Digest username="a", realm="b", nonce="c", response="' + _HEX + _HEX + '"', (_HEX + _HEX,)),
    ("header", "'Proxy-Authorization': 'Basic " + base64.b64encode(b"joe:w0rdpass").decode() + "'", (base64.b64encode(b"joe:w0rdpass").decode(),)),
    ("escaped", '"body": "{\\"password\\": \\"' + "d0uble-Esc" + '\\"}"', ("d0uble-Esc",)),
    ("escaped", '{\\\\\\"api_key\\\\\\": \\\\\\"' + _MIX + '\\\\\\"}', (_MIX,)),
    ("escaped", "&lt;b password=&quot;" + "html-Esc97" + "&quot;&gt;", ("html-Esc97",)),
    ("escaped", "&lt;token&gt;" + _MIX + "&lt;/token&gt;", (_MIX,)),
    ("escaped", "form=" + quote("user=a&password=" + "url3ncoded"), ("url3ncoded",)),
    ("escaped", "\x1b[1m\x1b[32m" + _KEY + "\x1b[0m", (_KEY,)),
    ("escaped", "api_key=\x1b[33m" + _MIX + "\x1b[0m", (_MIX,)),
    ("table", "| db_password | " + "tabl3-Cell" + " | string |", ("tabl3-Cell",)),
    ("connection", "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=" + _B64[:43] + "=", (_B64[:43],)),
    ("connection", "jdbc:oracle:thin:@//h:1521/x;password=" + "0racle-x1" + ";", ("0racle-x1",)),
    ("toml", '[auth]\nclient_secret = "' + _MIX + '"', (_MIX,)),
    ("python", "SECRET_KEY = b'" + "\\x8f\\x1a" + _HEX + "'", (_HEX,)),
    ("python", "def f(token: str = '" + _HEX + "'):", (_HEX,)),
    ("rails", "RAILS_MASTER_KEY=" + _HEX + _HEX[:12], (_HEX,)),
    ("header", "&#x27;Authorization&#x27;: &#x27;Basic " + base64.b64encode(b"joe:h0rsef1y").decode() + "&#x27;", (base64.b64encode(b"joe:h0rsef1y").decode(),)),
    ("phrase", "unlock(password='" + "harbor seven violin correct" + "')", ("harbor seven violin correct",)),
    ("mnemonic", "mnemonic: '" + "ripple scissors kick mammal hire column oak again sun offer wealth tomorrow" + "'", ("ripple scissors kick mammal",)),
    ("wireguard", "PresharedKey = " + _B64[:43] + "=\nPrivateKey = " + _B64[4:47] + "=", (_B64[4:47],)),
)  # fmt: skip

LOOK_ALIKES: tuple[str, ...] = (
    "AUTH_MODE: 'oauth2-pkce'",
    "COOKIE_NAME = 'session-v2'",
    "SECRET_NAME = 'projects/1/secrets/x2'",
    "postgres://postgres:postgres@localhost:5433/test", "amqp://guest:guest@mq:5672//", "machine learning: the password reset flow", "default: the password is asked for", "machine code\n  login page\n  password field",
    "kind: Secret agent\nname: x", "kind: ConfigMap\ndata:\n  token_url: https://x\n  count: '12'",
    "http://localhost:8080/@scope/package", "https://example.com:8443/a/b@1.2.3/c", "http://h:80/x@y.z",
    "pip install git+https://github.com/a/b.git@v1.2", "npm i @acme/ui@2.1.0", "image: registry.acme.io:5000/app/web@sha256:" + "ab12" * 16,
    "password='Ensure this field has no more than 30 letters'", "'password': 'This field may not be blank'",
    'password="Your new password must be different"', "label_password = 'please enter the same again'",
    "password = 'administratorfield'", "password=validatedpassword", "pw = getpass()", "pw=None", "pwd=os.getcwd()",
    "auth=None", "auth: required", "auth = BasicAuth(user, pw)", "auth='oauth2'", "'auth': 'OAuth2PasswordBearer'", 'auth = "digest"',
    "AUTH_USER_MODEL=accounts.User", "AUTH_BACKEND=django.contrib.auth", "PRIMARY_KEY=id", "SORT_KEY=created_at2", "CACHE_KEY=v1:users:3",
    "KEY_PREFIX=shop", "PUBLIC_KEY=ssh-rsa-AAAA1", "TOKEN_URL=https://x.io/token", "TOKENS=12", "COOKIE_NAME=sid", "PASSES=3",
    "DSN=", "SECRET_NAME=orders-db", "API_KEY=$API_KEY", "API_KEY=${KEY:-none}", "PASSWORD=<secret>", "PASS=5 FAIL=1",
    "$1$2 cost $5$", "echo $6", "$2a and $2b are prefixes", "tests/a.py:12:34:E501:long-line1", "12:30:45:abc:def1", "a:b:c:d:e1f2g3",
    "| password | token |", "| token | str | the token1 |", "| api_key | required |", "redis-cli -h cache -a", "redis-cli --all -n 3",
    "docker run -p 8080:80 nginx", "docker run -p 127.0.0.1:8080:80/tcp x", "docker compose -p shop_test up", "mongosh -p", "ssh -p 2222 host",
    "mysql -uroot -p < dump.sql", "curl -u $USER:$PASS https://x", "curl -u user https://x", "openssl x509 -in a.pem -text",
    "ldapsearch -x -w $PW", "vault login -method=oidc", "http --auth user https://x", "mkdir -p /srv/app1/data2",
    "gh" + "p_ is the prefix of a token", "sk-learn and sk-image2", "npm_config_registry=https://x", "npm_lifecycle_event2", "hf_hub_download",
    "eyJ marks a JWT", "AKIA is how a key begins", "SG.1 is short", "disk-usage-of-the-root-partition-1", "task_sk_test_case_1",
    "line one ends with sk-\nand goes on", "gl" + "pat-\nis cut", "token: |\n", "notes: |\n  some words1 here2\n  more", "token: >\n\n  x: 1",
    "Public-Lines: 6\nAAAAB3NzaC1yc2EAAAADAQABAAABAQDf", "-----BEGIN CERTIFICATE-----\n" + "Kq2Z" * 16 + "\n-----END CERTIFICATE-----",
    "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=", base64.b64encode(b"hello world, this is plain text").decode(),
    base64.b64encode(b'{"page": 3, "sort": "name"}').decode(), base64.b64encode(bytes(range(90))).decode(),
    "sha256-" + base64.b64encode(bytes(range(32))).decode(), "integrity sha512-" + base64.b64encode(bytes(range(64))).decode() + "==",
    "digest=sha256:" + "0f" * 32, "Digest mismatch: response=200", "username=joe realm=x", 'WWW-Authenticate: Bearer realm="x", error="invalid_token"',
    "Authorization header missing", "cookie consent banner", "Set-Cookie header was not set", "x-api-version: 2031-01-01", "x-request-id: " + _HEX,
    "mnemonic: mov eax", "seed phrase has 12 words", "the password is case sensitive", "password is 12 letters long", "token ring network 2",
    "secret sauce = 'mayo'", "secrets.choice(alphabet)", "from secrets import token_hex", "keyring.get_password('a', 'b')",
    "raise InvalidToken from None", "except InvalidPasswordError2:", "class TokenBucket3(Base):", "self._token_re = re.compile(r'\\w+')",
    "assert 'password' not in payload", "assert user.password != 'x'", "password == confirm_password1", "passwords = [p1, p2]",
    "{'token_type': 'bearer', 'expires_in': 3600}", "token_type=Bearer", "access_token_lifetime: 15m", "refresh_token_rotation=enabled",
    "api_key_header = APIKeyHeader(name='X-API-Key2')", "session_id: int = 3", "sid=17", "credentials = ('u', p)", "credentials: include",
    "private_key_path: /etc/ssl/key.pem", "private_key=load_pem(path1)", "encryption_key_id: alias/app", "access_key: null",
    "E     'token': <ANY>", "E     'password': '**********',", "password: '********'", "passwd=xxxxxxxx", "password: !vault |", "secret: !Ref DbSecret2",
    "user@host:~/src$ ls", "ann <ann@example.org>", "noreply@github.com", "@dataclass(frozen=True)", "a@b", "git@gitlab.com:a/b.git",
    "commit 7c1d9e02ab34f5688d0e7c1d9e02ab34f5688d0e", "tree 7c1d9e02", "uuid=7c1d9e02-ab34-4f56-988d-0e7c1d9e02ab", "md5 " + "0f1e" * 8,
)  # fmt: skip


def secrets() -> Iterator[Sample]:
    """Yield what was written by hand, and the older lines that single rules were held against."""
    for form, text, hidden in SECRETS:
        yield Sample(form, text, hidden)
    for line, secret in held_out.SECRETS:
        yield Sample("line", line, (secret,))


def look_alikes() -> Iterator[Sample]:
    """Yield what must stay as it is."""
    for number, text in enumerate((*LOOK_ALIKES, *held_out.LOOK_ALIKES), 1):
        yield Sample(f"look-alike {number}", text)
