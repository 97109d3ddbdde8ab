"""Secrets and look-alikes that the rules of redaction are measured on and never tuned on.

How it came to be: this generator was written and committed before the rules were worked on for these forms. It draws
values from a fixed seed, puts them into templates (one function a form), and those into surroundings (a log line, a
diff, pytest's ``E``, JSON in JSON, colours). ``worked_on.py`` is the other half: written by hand, with other programs,
names and shapes. Who changes a rule because of a sample of this file must move the template there, and write a new one
here. What was moved so far, because it was looked at after the first measuring: ``basic`` (in HTML), ``four_words`` (a word
that was on a list of exceptions), addresses of databases whose password is the user's name.
"""

import base64
import html
import json
import random
import string
import textwrap
from collections.abc import Callable, Iterator
from urllib.parse import quote

from tests.redaction.sample import Sample

SEED = 20311
ROUNDS = 3
"""How often each template is filled: each time with other values in other surroundings."""
LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = string.ascii_letters + DIGITS

Made = tuple[str, tuple[str, ...]]
Template = Callable[[random.Random], Made]


def alnum(rng: random.Random, size: int) -> str:
    """Letters of both cases and digits, at least one of each."""
    rest = "".join(rng.choice(ALNUM) for _ in range(size - 3))
    return rng.choice(LOWER) + rng.choice(DIGITS) + rng.choice(UPPER) + rest


def hexed(rng: random.Random, size: int) -> str:
    return (
        rng.choice("abcdef")
        + rng.choice("23456789")
        + "".join(rng.choice("0123456789abcdef") for _ in range(size - 2))
    )


def b64(rng: random.Random, size: int) -> str:
    return base64.b64encode(rng.randbytes(size)).decode()


def password(rng: random.Random) -> str:
    """Something a person makes up."""
    word = rng.choice(["tulip", "gravel", "Marmot", "kettle", "Saturn", "biscuit", "Hazel", "pylon"])
    other = rng.choice(["Ferry", "lantern", "Otter", "cobalt", "Quince"])
    return rng.choice([
        f"{word}{rng.choice('-_.+')}{other}{rng.randint(10, 99)}",
        f"{word.title()}{rng.randint(100, 9999)}{rng.choice('!?*#')}",
        f"{other}{rng.choice('$%^&')}{word}{rng.randint(1, 9)}",
    ])  # fmt: skip


def one(text: str, secret: str) -> Made:
    return text, (secret,)


# What a vendor gives out.
def aws_id(rng):
    key = "AK" + "IA" + "".join(rng.choice(UPPER + "234567") for _ in range(16))
    return one(f"botocore.auth: signing with {key} for eu-west-3", key)


def aws_pair(rng):
    secret = b64(rng, 30)
    return one(f"[deploy]\nregion = eu-west-3\naws_secret_access_key = {secret}\n", secret)


def aws_session(rng):
    token = "IQoJb3JpZ2luX2VjE" + b64(rng, 120).rstrip("=")
    return one(
        json.dumps({"Credentials": {"SessionToken": token, "Expiration": "2031-02-01T00:00:00Z"}}), token
    )


def github(rng):
    key = rng.choice(["gh" + "p_", "gh" + "o_", "gh" + "u_", "gh" + "s_"]) + alnum(rng, 36)
    return one(f"remote: Invalid username or token {key}", key)


def github_fine(rng):
    key = "github" + "_pat_" + alnum(rng, 22) + "_" + alnum(rng, 59)
    return one(f"hub: using {key} from the keyring", key)


def gitlab(rng):
    key = "gl" + "pat-" + alnum(rng, 20)
    return one(f"git push https://ci.example.org with PRIVATE-TOKEN: {key}", key)


def slack(rng):
    key = (
        "xox"
        + rng.choice("bps")
        + f"-{rng.randint(10**10, 10**11)}-{rng.randint(10**10, 10**11)}-{alnum(rng, 24)}"
    )
    return one(f"slack_sdk.errors.SlackApiError: invalid_auth ({key})", key)


def slack_hook(rng):
    part = alnum(rng, 24)
    return one(
        f"POST https://hooks.slack.com/services/T{alnum(rng, 8).upper()}/B{alnum(rng, 8).upper()}/{part} 404",
        part,
    )


def stripe(rng):
    key = rng.choice(["sk", "rk"]) + "_" + rng.choice(["live", "test"]) + "_" + alnum(rng, 24)
    return one(f"stripe.error.AuthenticationError: Invalid API Key provided: {key}", key)


def twilio(rng):
    token = hexed(rng, 32)
    return one(f"Client(account_sid='AC{hexed(rng, 32)}', auth_token='{token}')", token)


def sendgrid(rng):
    key = "SG" + "." + alnum(rng, 22) + "." + alnum(rng, 43)
    return one(f"sendgrid: mail rejected for {key}", key)


def openai(rng):
    key = rng.choice(["sk-" + "proj-", "sk-" + "ant-api03-", "sk-"]) + alnum(rng, 48)
    return one(f"401 Incorrect API key provided: {key}.", key)


def pypi(rng):
    key = "pypi" + "-AgEIcHlwaS5vcmc" + alnum(rng, 70)
    return one(f"twine upload: 403 Invalid token {key}", key)


def npm(rng):
    key = "npm" + "_" + alnum(rng, 36)
    return one(f"npm ERR! code E401 {key}", key)


def hugging(rng):
    key = "hf" + "_" + alnum(rng, 34)
    return one(f"huggingface_hub: token {key} is invalid", key)


def telegram(rng):
    key = f"{rng.randint(10**9, 10**10 - 1)}:AA" + alnum(rng, 33)
    return one(f"POST https://api.telegram.org/bot{key}/sendMessage", key)


def discord(rng):
    key = "MT" + alnum(rng, 24) + "." + alnum(rng, 6) + "." + alnum(rng, 38)
    return one(f"discord.errors.LoginFailure: {key}", key)


def google(rng):
    key = "AI" + "za" + alnum(rng, 35)
    return one(f"maps: REQUEST_DENIED key {key}", key)


def vault(rng):
    key = "hv" + "s." + alnum(rng, 24)
    return one(f"* permission denied for {key}", key)


def jwt(rng):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    token = (
        f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'sub': str(rng.randint(1, 10**6))})}.{alnum(rng, 43)}"
    )
    return one(f"jose.exceptions.JWTError: Signature verification failed: {token}", token)


def digital_ocean(rng):
    key = "dop" + "_v1_" + hexed(rng, 64)
    return one(f"doctl: {key} expired", key)


def key_in_a_file_name(rng):
    key = "gh" + "p_" + alnum(rng, 36)
    return one(f"open('/tmp/cache_{key}.json')", key)


# Keys over lines.
def pem(rng):
    kind = rng.choice(["RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED ", "DSA "])
    lines = textwrap.wrap(b64(rng, 180), 64)
    text = "\n".join(
        [f"-----BEGIN {kind}PRIVATE " + "KEY-----", *lines, f"-----END {kind}PRIVATE " + "KEY-----"]
    )
    return text, tuple(lines)


def pem_escaped(rng):
    lines = textwrap.wrap(b64(rng, 150), 64)
    body = "\n".join(["-----BEGIN PRIVATE " + "KEY-----", *lines, "-----END PRIVATE " + "KEY-----", ""])
    return json.dumps({"type": "service_account", "private_key": body}), tuple(lines)


def pem_as_base64(rng):
    body = "-----BEGIN EC PRIVATE " + "KEY-----\n" + b64(rng, 100) + "\n-----END EC PRIVATE " + "KEY-----\n"
    coded = base64.b64encode(body.encode()).decode()
    return one(f"tls: {coded}", coded)


def putty(rng):
    lines = textwrap.wrap(b64(rng, 130), 64)
    text = (
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: build\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5\n"
        f"AAAAIPQ\nPrivate-Lines: {len(lines)}\n" + "\n".join(lines) + f"\nPrivate-MAC: {hexed(rng, 64)}\n"
    )
    return text, tuple(lines)


def age(rng):
    key = "AGE-" + "SECRET-KEY-1" + "".join(rng.choice("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L") for _ in range(58))
    return one(f"# created: 2031-01-01\n{key}\n", key)


def wireguard(rng):
    key = b64(rng, 32)
    return one(f"[Interface]\nAddress = 10.8.0.2/24\nPrivateKey = {key}\n", key)


# Addresses.
def address(rng):
    secret = password(rng).replace("#", "").replace("?", "")
    scheme = rng.choice(["postgresql", "mysql+aiomysql", "amqps", "mongodb+srv", "ftp", "ldap", "smtp"])
    return one(
        f"could not connect to {scheme}://svc_orders:{secret}@db-{rng.randint(1, 9)}.corp.net:5432/orders",
        secret,
    )


def address_with_at(rng):
    first, second = alnum(rng, 7), alnum(rng, 8)
    return f"create_engine('postgresql://billing:{first}@{second}@pg.corp.net/billing')", (first, second)


def address_with_slash(rng):
    first, second = alnum(rng, 8), alnum(rng, 9)
    return f"broker: amqp://worker:{first}/{second}@rabbit.corp.net:5672/prod", (first, second)


def address_without_user(rng):
    secret = alnum(rng, 14)
    return one(f"redis.exceptions.AuthenticationError: rediss://:{secret}@cache.corp.net:6380/2", secret)


def address_with_token(rng):
    token = alnum(rng, 32)
    return one(f"pip install --index-url https://{token}@packages.corp.net/simple orders", token)


def signed_address(rng):
    sig = quote(b64(rng, 32), safe="")
    return one(
        f"GET https://corp.blob.core.windows.net/exports/a.csv?sp=r&se=2031-01-01&sv=2022-11-02&sr=b&sig={sig}",
        sig,
    )


def amazon_address(rng):
    sig = hexed(rng, 64)
    return one(
        f"https://corp.s3.amazonaws.com/a.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={sig}&x=1", sig
    )


def address_parameter(rng):
    token = alnum(rng, 28)
    name = rng.choice(["access_token", "api_key", "auth_token", "client_secret", "token"])
    return one(
        f"requests.exceptions.HTTPError: 401 for url: https://api.corp.net/v2/items?page=3&{name}={token}",
        token,
    )


# Headers.
def bearer(rng):
    token = alnum(rng, 40)
    return one(rng.choice([f"authorization: Bearer {token}", f"-H 'Authorization: Bearer {token}'"]), token)


def basic(rng):
    token = base64.b64encode(f"reports:{alnum(rng, 17)}".encode()).decode()
    return one(f'wget --header="Authorization: Basic {token}" https://corp.net/r.pdf', token)


def digest(rng):
    answer = hexed(rng, 32)
    text = f'Authorization: Digest username="svc", realm="corp", nonce="{hexed(rng, 16)}", uri="/", response="{answer}"'
    return one(text, answer)


def cookie(rng):
    value = alnum(rng, 32)
    return one(
        rng.choice(
            [f"Cookie: theme=dark; sessionid={value}", f"Set-Cookie: session={value}; Path=/; Secure"]
        ),
        value,
    )


def own_header(rng):
    token = alnum(rng, 30)
    name = rng.choice(["X-Api-Key", "X-Auth-Token", "X-Vault-Token", "X-Access-Token", "api-key"])
    return one(f"> {name}: {token}", token)


# Named values.
SECRET_NAMES = ("db_password", "api_key", "client_secret", "signing_key", "auth_token", "passwd", "smtp_pass")


def python_value(rng):
    value = password(rng)
    return one(f"    {rng.choice(SECRET_NAMES)} = {value!r}", value)


def environment(rng):
    value = alnum(rng, 18)
    name = rng.choice(
        [
            "ORDERS_DB_PASSWORD",
            "SENTRY_AUTH",
            "REDIS_AUTH",
            "STRIPE_WEBHOOK_SECRET",
            "MAIL_PASS",
            "SENTRY_DSN_KEY",
        ]
    )
    return one(f"{rng.choice(['', 'export ', 'ENV '])}{name}={value}", value)


def dotenv_quoted(rng):
    value = password(rng)
    return one(f'DEBUG=1\nADMIN_PASSWORD="{value}"\nPORT=8000', value)


def yaml_value(rng):
    value = alnum(rng, 20)
    return one(f"database:\n  host: pg\n  password: {value}\n  pool: 5", value)


def yaml_block(rng):
    value = alnum(rng, 40)
    return one(f"api:\n  token: |\n    {value}\n  url: https://corp.net", value)


def toml_value(rng):
    value = password(rng)
    return one(f'[smtp]\nhost = "mail"\npassword = "{value}"\n', value)


def ini_value(rng):
    value = password(rng)
    return one(f"[client]\nuser=root\npassword={value}\n", value)


def json_value(rng):
    value = password(rng)
    return one(json.dumps({"user": "svc", "password": value, "ttl": 60}), value)


def dict_repr(rng):
    value = alnum(rng, 16)
    return one(f"kwargs = {{'host': 'pg', 'secret_key': {value!r}, 'retries': 3}}", value)


def properties(rng):
    value = password(rng)
    return one(f"spring.datasource.username=orders\nspring.datasource.password={value}\n", value)


def xml_value(rng):
    value = alnum(rng, 15)
    return one(f"<server><username>ci</username><password>{value}</password></server>", value)


def one_long_word(rng):
    value = "".join(rng.choice(LOWER) for _ in range(18))
    return one(f"login(user='ann', password='{value}')", value)


def four_words(rng):
    words = rng.sample(
        ["glacier", "fiddle", "walnut", "orbit", "saddle", "plum", "raven", "canyon"], rng.randint(4, 5)
    )
    value = "-".join(words)
    return one(f'vault:\n  admin_password: "{value}"\n', value)


def short_name(rng):
    value = password(rng)
    return one(f"connect('pg', usr='orders', pw='{value}')", value)


def connection_string(rng):
    value = alnum(rng, 14)
    return one(rng.choice([
        f"Server=tcp:sql.corp.net,1433;Database=orders;User ID=svc;Password={value};Encrypt=True;",
        f"Driver={{ODBC Driver 18 for SQL Server}};Server=sql;UID=svc;PWD={value};",
        f"jdbc:sqlserver://sql.corp.net:1433;databaseName=orders;user=svc;password={value};",
    ]), value)  # fmt: skip


def storage_account(rng):
    key = b64(rng, 64)
    return one(
        f"DefaultEndpointsProtocol=https;AccountName=corp;AccountKey={key};EndpointSuffix=core.windows.net",
        key,
    )


def django(rng):
    value = "django-" + "insecure-" + "".join(rng.choice(ALNUM + "!@#$%^&*(-_=+)") for _ in range(50))
    return one(f"SECRET_KEY = '{value}'", value)


def terraform(rng):
    value = alnum(rng, 20)
    return one(
        json.dumps(
            {"resources": [{"instances": [{"attributes": {"master_password": value, "port": 5432}}]}]},
            indent=2,
        ),
        value,
    )


# Files with forms of their own.
def netrc(rng):
    value = password(rng)
    return one(f"machine git.corp.net\n  login svc-ci\n  password {value}\n", value)


def pgpass(rng):
    value = alnum(rng, 15)
    return one(f"~/.pgpass: pg.corp.net:5432:orders:svc_orders:{value}", value)


def npmrc(rng):
    value = alnum(rng, 36)
    return one(f"//npm.corp.net/repository/:_authToken={value}\nalways-auth=true", value)


def htpasswd(rng):
    value = "$apr1$" + alnum(rng, 8) + "$" + alnum(rng, 22)
    return one(f"svc:{value}", value)


def shadow(rng):
    value = "$6$" + alnum(rng, 16) + "$" + alnum(rng, 86)
    return one(f"root:{value}:19700:0:99999:7:::", value)


def docker_auth(rng):
    value = base64.b64encode(f"ci:{password(rng)}".encode()).decode()
    return one(json.dumps({"auths": {"registry.corp.net": {"auth": value}}}, indent="\t"), value)


def kubernetes_secret(rng):
    first, second = b64(rng, 15), b64(rng, 21)
    text = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: orders-db\ntype: Opaque\ndata:\n  username: {first}\n  dsn: {second}\n"
    return text, (first, second)


def kubeconfig(rng):
    value = b64(rng, 300)
    return one(
        f"users:\n- name: admin\n  user:\n    client-certificate-data: TFMw\n    client-key-data: {value}\n",
        value,
    )


def git_credentials(rng):
    value = alnum(rng, 24)
    return one(f"$ cat ~/.git-credentials\nhttps://svc-ci:{value}@git.corp.net", value)


# Commands.
def curl(rng):
    value = (
        password(rng)
        .replace("&", "")
        .replace("$", "")
        .replace("#", "")
        .replace("!", "")
        .replace("?", "")
        .replace("*", "")
        + "x7"
    )
    return one(f"+ curl -fsS {rng.choice(['-u', '--user'])} svc:{value} https://corp.net/artifact.tgz", value)


def mysql(rng):
    value = alnum(rng, 12)
    return one(f"+ mysql -h db -u root -p{value} -e 'select 1'", value)


def redis_cli(rng):
    value = alnum(rng, 18)
    return one(f"+ redis-cli -h cache -a {value} ping", value)


def flag(rng):
    value = alnum(rng, 22)
    return one(
        f"+ ./deploy.sh --env prod --{rng.choice(['token', 'api-key', 'password', 'client-secret'])} {value} --dry-run",
        value,
    )


def sshpass(rng):
    value = alnum(rng, 12)
    return one(f"+ sshpass -p {value} scp a b:", value)


def docker_login(rng):
    value = alnum(rng, 16)
    return one(f"+ docker login -u svc -p {value} registry.corp.net", value)


# Written in another way.
def wrapped(rng):
    key = "github" + "_pat_" + alnum(rng, 22) + "_" + alnum(rng, 59)
    lines = textwrap.wrap(f"ValueError: the token {key} was rejected", 60)
    cut = [piece for line in lines for piece in line.split() if len(piece) > 20]
    return "\n".join(lines), tuple(cut)


def coded_assignment(rng):
    coded = base64.b64encode(f"DB_PASSWORD={alnum(rng, 18)}\n".encode()).decode()
    return one(f"userdata: {coded}", coded)


def url_encoded(rng):
    value = alnum(rng, 20)
    return one(f"body: grant_type=password&username=svc&password={value}%21&scope=all", value)


def said(rng):
    value = password(rng)
    return one(f"the password is {value}", value)


def mail(rng):
    value = f"{rng.choice(['petra', 'jonas', 'amina'])}.{rng.choice(['vogel', 'lindqvist', 'okafor'])}@corp-mail.{rng.choice(['com', 'de', 'io'])}"
    return one(f"sent to {value}", value)


TEMPLATES: tuple[Template, ...] = (
    aws_id, aws_pair, aws_session, github, github_fine, gitlab, slack, slack_hook, stripe, twilio, sendgrid, openai, pypi,
    npm, hugging, telegram, discord, google, vault, jwt, digital_ocean, key_in_a_file_name, pem, pem_escaped,
    pem_as_base64, putty, age, wireguard, address, address_with_at, address_with_slash, address_without_user,
    address_with_token, signed_address, amazon_address, address_parameter, bearer, basic, digest, cookie, own_header,
    python_value, environment, dotenv_quoted, yaml_value, yaml_block, toml_value, ini_value, json_value, dict_repr,
    properties, xml_value, one_long_word, four_words, short_name, connection_string, storage_account, django, terraform,
    netrc, pgpass, npmrc, htpasswd, shadow, docker_auth, kubernetes_secret, kubeconfig, git_credentials, curl, mysql,
    redis_cli, flag, sshpass, docker_login, wrapped, coded_assignment, url_encoded, said, mail,
)  # fmt: skip


# Surroundings.
def _each_line(text: str, front: str) -> str:
    return "\n".join(front + line for line in text.split("\n"))


SURROUNDINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: _each_line(text, "E       "),
    lambda text: _each_line(text, "+"),
    lambda text: _each_line(text, "2031-03-04T05:06:07Z orders-7f9c "),
    lambda text: f"\x1b[31m{text}\x1b[0m",
    lambda text: f"Captured stdout call\n{text}\n1 failed",
)
ONE_LINE: tuple[Callable[[str], str], ...] = (
    *SURROUNDINGS,
    lambda text: json.dumps({"level": "error", "msg": text}),
    html.escape,
    lambda text: f"AssertionError: assert {text!r} == ''",
    lambda text: f"| 3 | {text} | ok |",
)


def secrets() -> Iterator[Sample]:
    """Yield every template in its rounds."""
    rng = random.Random(SEED)
    for template in TEMPLATES:
        for number in range(ROUNDS):
            text, hidden = template(rng)
            around = rng.choice(SURROUNDINGS if "\n" in text else ONE_LINE) if number else SURROUNDINGS[0]
            shown = around(text)
            yield Sample(template.__name__, shown, tuple(_as_shown(each, shown) for each in hidden))


def _as_shown(secret: str, shown: str) -> str:
    """Return how the surroundings spell a secret."""
    spellings = (secret, json.dumps(secret)[1:-1], html.escape(secret), repr(secret)[1:-1])
    return next(each for each in spellings if each in shown)


WORDS = ("order", "ledger", "basket", "parser", "render", "socket", "widget", "tensor", "branch", "packet")

LOOK_ALIKES: tuple[Callable[[random.Random], str], ...] = (
    lambda r: f"commit {hexed(r, 40)}",
    lambda r: f"Merge: {hexed(r, 7)} {hexed(r, 7)}",
    lambda r: f"{hexed(r, 64)}  dist/{r.choice(WORDS)}-{r.randint(0, 9)}.{r.randint(0, 20)}.0-py3-none-any.whl",
    lambda r: f"    --hash=sha256:{hexed(r, 64)} \\",
    lambda r: f'      "integrity": "sha512-{b64(r, 64)}",',
    lambda r: f"id {hexed(r, 8)}-{hexed(r, 4)}-4{hexed(r, 3)}-a{hexed(r, 3)}-{hexed(r, 12)} not found",
    lambda r: f"url(data:font/woff2;base64,{b64(r, 90)})",
    lambda r: f'<img src="data:image/png;base64,{b64(r, 120)}">',
    lambda r: f"def reset_{r.choice(WORDS)}_password(user, password, *, token=None):",
    lambda r: f"    if not {r.choice(WORDS)}.check_password(password):",
    lambda r: f"    token: str | None = None  # {r.choice(WORDS)}",
    lambda r: f"    assert {r.choice(WORDS)}.token == expected_token",
    lambda r: f"    password = self.{r.choice(WORDS)}_form.cleaned_data['password']",
    lambda r: f"    secret = load_{r.choice(WORDS)}_secret(path)",
    lambda r: f"E   assert 'invalid_password' == 'expired_{r.choice(WORDS)}'",
    lambda r: f"tests/test_{r.choice(WORDS)}.py::test_password_is_hashed[argon2-{r.randint(1, 9)}] PASSED",
    lambda r: f"api_key=config.{r.choice(WORDS)}.api_key,",
    lambda r: f"password=os.environ.get('{r.choice(WORDS).upper()}_PASSWORD', '')",
    lambda r: f"{r.choice(WORDS).upper()}_TOKEN=${{{{ secrets.{r.choice(WORDS).upper()}_TOKEN }}}}",
    lambda r: f"max_tokens={r.randint(100, 9999)}, n_tokens={r.randint(100, 9999)}",
    lambda r: f"token_{r.choice(WORDS)}_ids = [{r.randint(1, 9999)}, {r.randint(1, 9999)}]",
    lambda r: f"Token(type='{r.choice(WORDS).upper()}', value='{r.choice(WORDS)}', pos={r.randint(1, 900)})",
    lambda r: f"https://unpkg.com/@{r.choice(WORDS)}/core@{r.randint(1, 9)}.2.0/dist/index.js",
    lambda r: f"https://medium.com/@{r.choice(WORDS)}/how-we-ship-{hexed(r, 12)}",
    lambda r: f"git@git.corp.net:{r.choice(WORDS)}/{r.choice(WORDS)}.git",
    lambda r: f"@{r.choice(WORDS)}.route('/login', methods=['POST'])",
    lambda r: f'xmlns:{r.choice(WORDS)}="http://schemas.corp.net/{r.choice(WORDS)}/2031/01"',
    lambda r: f"GET /static/{r.choice(WORDS)}.{hexed(r, 8)}.js HTTP/1.1",
    lambda r: f"key={r.choice(WORDS)}_{r.randint(1, 999)} value={r.choice(WORDS)}",
    lambda r: f"cache_key = f'{r.choice(WORDS)}:{{user.id}}:{r.randint(1, 99)}'",
    lambda r: f'etag: W/"{hexed(r, 32)}"',
    lambda r: f"digest: sha256:{hexed(r, 64)}",
    lambda r: f"nonce={hexed(r, 16)} counter={r.randint(1, 99)}",
    lambda r: f"trace_id={hexed(r, 32)} span_id={hexed(r, 16)}",
    lambda r: f"The {r.choice(WORDS)} password is too short, it must have {r.randint(8, 20)} characters",
    lambda r: f"Secret Santa drew {r.choice(WORDS)} for {r.choice(WORDS)}",
    lambda r: f"keyword arguments: {r.choice(WORDS)}=1, passes={r.randint(2, 9)}",
    lambda r: f"compass={r.randint(100000, 999999)} bypass={r.randint(100000, 999999)}",
    lambda r: f"{r.choice(WORDS).title()}{r.choice(WORDS).title()}{r.choice(WORDS).title()}FactoryBeanPostProcessorAdapter",
    lambda r: f"/srv/{r.choice(WORDS)}/{r.choice(WORDS)}/{r.choice(WORDS)}_{r.randint(1, 99)}.parquet",
    lambda r: f"numpy=={r.randint(1, 2)}.{r.randint(0, 30)}.{r.randint(0, 9)} ; python_version >= '3.{r.randint(8, 14)}'",
    lambda r: f"{r.randint(1, 9)}.{r.randint(0, 9)}.0+build.{r.randint(1, 999)}.sha.{hexed(r, 7)}",
    lambda r: f"ssh-ed25519 {b64(r, 51)} {r.choice(WORDS)}",
    lambda r: f"-----BEGIN CERTIFICATE-----\n{b64(r, 48)}\n{b64(r, 30)}\n-----END CERTIFICATE-----",
    lambda r: f"    certificate-authority-data: {b64(r, 90)}",
    lambda r: f"kind: ConfigMap\ndata:\n  mode: {r.choice(WORDS)}\n  greeting: hello{r.randint(1, 9)}world",
    lambda r: f"secretName: {r.choice(WORDS)}-tls",
    lambda r: f"password_file: /run/secrets/{r.choice(WORDS)}_password",
    lambda r: f"passwd: entry for {r.choice(WORDS)} not found",
    lambda r: f"root:x:0:0:root:/root:/bin/bash {r.randint(1, 9)}",
    lambda r: f"mysql -h {r.choice(WORDS)} -u root -p {r.choice(WORDS)}_test",
    lambda r: f"curl -fsS https://{r.choice(WORDS)}.corp.net/health | jq .status",
    lambda r: f"cp -a {r.choice(WORDS)} {r.choice(WORDS)}_backup && mkdir -p build/{r.choice(WORDS)}",
    lambda r: f"{r.randint(1, 12)}:AM {r.choice(WORDS)} at {r.randint(10, 23)}:{r.randint(10, 59)}:{r.randint(10, 59)}",
    lambda r: f"pytest -p no:cacheprovider -k {r.choice(WORDS)}_password",
    lambda r: f"KeyError: '{r.choice(WORDS)}_api_key'",
    lambda r: f"TypeError: connect() got an unexpected keyword argument 'passwd{r.randint(1, 9)}'",
    lambda r: f"{{'password': ['Ensure this field has at least {r.randint(8, 20)} characters.']}}",
    lambda r: f"auth = HTTPBasicAuth({r.choice(WORDS)}.user, {r.choice(WORDS)}.password)",
    lambda r: f"Authorization: Bearer ${{{r.choice(WORDS).upper()}_TOKEN}}",
    lambda r: f"author={r.choice(WORDS)}, authority={r.choice(WORDS)}.net, authored={r.randint(1990, 2031)}",
    lambda r: f"session = Session(bind={r.choice(WORDS)}_engine, autoflush={r.choice(['True', 'False'])})",
    lambda r: f"sha1 {hexed(r, 40)}\nmd5 {hexed(r, 32)}",
    lambda r: f"E     - {b64(r, 24)}\nE     + {b64(r, 24)}",
    lambda r: f"smtp://mailhog:10{r.randint(10, 99)}/?from={r.choice(WORDS)}@localhost",
    lambda r: f"SELECT password, token FROM {r.choice(WORDS)}s WHERE id = {r.randint(1, 9999)}",
    lambda r: f"0x{hexed(r, 12)} <{r.choice(WORDS)}+{r.randint(10, 400)}>",
)  # fmt: skip


def look_alikes() -> Iterator[Sample]:
    """Yield every template in its rounds."""
    rng = random.Random(SEED + 1)
    for number, template in enumerate(LOOK_ALIKES):
        for _ in range(ROUNDS):
            text = template(rng)
            around = rng.choice(SURROUNDINGS[:4]) if "\n" not in text else SURROUNDINGS[0]
            yield Sample(f"look-alike {number + 1}", around(text))
