"""What goes and what stays, on both halves of the corpus and every way out; the list in the documentation; hostile texts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from coach.core.redact.multiline import BLOCKS
from coach.core.redact.redactor import Redactor
from coach.core.redact.rules import RULES
from tests.redaction import unseen, worked_on
from tests.redaction.ways import WAYS, measure

ROOT = Path(__file__).parents[2]
SECURITY = (ROOT / "docs/security.md").read_text(encoding="utf-8")
LEAST_RECALL, LEAST_PRECISION = 0.97, 0.99


def redacted(text):
    redactor = Redactor()
    return redactor.settle(redactor.clean(text))


@pytest.mark.parametrize("half", [worked_on, unseen])
def test_secrets_go_and_look_alikes_stay(half):
    secrets, alike = list(half.secrets()), list(half.look_alikes())
    missed = [each.form for each in secrets if not each.is_kept_back(redacted(each.text))]
    taken = [each.text for each in alike if redacted(each.text) != each.text]
    found = len(secrets) - len(missed)
    assert found / len(secrets) >= LEAST_RECALL, missed
    assert found / (found + len(taken)) >= LEAST_PRECISION, taken


def test_the_corpus_is_large_enough():
    assert len(list(unseen.secrets())) >= 120
    assert len(list(unseen.look_alikes())) >= 200
    assert len(list(worked_on.secrets())) + len(list(unseen.secrets())) >= 300


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_is_redacted(way):
    """A part of both halves; ``benchmarks/redaction.py`` prints all of it."""
    secrets = [*worked_on.secrets()][::8] + [*unseen.secrets()][::20]
    alike = [*worked_on.look_alikes()][::20] + [*unseen.look_alikes()][::40]
    found, wrong = measure(way, secrets, alike)
    assert found.secrets >= 20
    assert found.recall >= LEAST_RECALL or len(wrong) == 0, [each.form for each in wrong]
    assert found.taken == 0, [each.text for each in wrong]


def test_the_documentation_lists_what_the_rules_cover():
    listed = re.findall(
        r"^- (.+)$", SECURITY.split("## What leaves a session")[1].split("\n## ")[0], re.MULTILINE
    )
    covered = [each.what for each in (*RULES, *BLOCKS)]
    assert all(covered)
    assert set(covered) <= set(listed)
    assert (
        len(set(listed) - set(covered)) == 4
    )  # cut keys, codings, exact values, names: no rule of their own


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.find.__name__)
def test_a_block_is_found_and_its_look_alike_is_not(block):
    assert all(any(block.find(text)) for text in block.positive)
    assert not any(any(block.find(text)) for text in block.negative)
    assert all(any(word in text.lower() for word in block.needs) for text in block.positive)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_is_looked_for_first_is_in_every_example(rule):
    for text in rule.positive:
        assert not rule.needs or any(word in text.lower() for word in rule.needs)
        assert not rule.anchor or rule.anchor.search(text.lower())


NASTY = (
    "a", "A_", "=", ":", "://", "a:", "@", "https://a:", "password", "password=", "password: ", "token token ", 'key="', '\\"', "&quot;",
    "%3D", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----\n", "QUJD" * 19 + "\n", "QUJD", "eyJ", "eyJhbGciOi.", "sk-", "ghp_a1\n",
    "machine a.b ", "machine a\n", "default\n login a\n", "kind: Secret\n", "data:\n", "data: {", '"data": {', "token: |\n ", "| a | ", "$6$a",
    "curl -u ", "mysql ", "docker login ", "authorization: ", "digest ", "cookie: ", "x-a-", "?key=", "a.b@", "a:1:a:", "Private-Lines: 99\n",
    " ", "\n", "\t", "'", "[redacted:", "A=", "PASS=", "bot1", "\x1b[", "\x1b]", "xox", "1234567890", "/", "login ", "<", "password is ",
)  # fmt: skip


HOSTILE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
from coach.core.redact.redactor import Redactor
from tests.redaction.test_redaction import NASTY
size = int(sys.argv[1])
for shape in NASTY:
    Redactor().clean((shape * (size // len(shape) + 1))[:size])
"""


def test_no_pattern_is_worse_than_linear():
    """What takes steps by the square of 100 kB ends by the limit of the system; with ``1000000`` by hand as well."""
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE, "100000"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
