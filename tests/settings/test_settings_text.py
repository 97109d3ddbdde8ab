"""Settings that somebody else wrote are parsed in a time that grows with their length, whatever they hold."""

import resource
import subprocess
import sys

import pytest

from coach.core.base.settings_text import ini_sections, toml_table

SHAPES = {
    "dotted key": "a." * 400_000 + "b = 1",
    "dotted table": "[" + "a." * 400_000 + "b]",
    "quoted dotted key": '"a".' * 200_000 + "b = 1",
    "key behind odd quotes": 'x = {y = """a"b""", ' + "a." * 300_000 + "b = 1}",
    "arrays": "a = " + "[" * 500_000,
    "tables": "a = " + "{b=" * 300_000,
    "digits": "a = " + "9" * 900_000,
    "quotes": '"\\' * 400_000,
}


@pytest.mark.parametrize("name", SHAPES)
def test_no_toml_keeps_its_parser_busy(name):
    code = (
        "import sys; from coach.core.base.settings_text import toml_table\n"
        "try: toml_table(sys.stdin.read())\nexcept ValueError: print('refused')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=SHAPES[name],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (10, 10)),
    )
    assert done.stdout == "refused\n", done.stderr[-500:]


def test_ordinary_dots_are_no_keys():
    assert toml_table('a = "' + "word. " * 5_000 + '"\n[b.c.d]\ne = 1.5') == {
        "a": "word. " * 5_000,
        "b": {"c": {"d": {"e": 1.5}}},
    }


@pytest.mark.parametrize("text", ["[a]\nb" + " " * 900_000 + "c", "b = 1", "[a\n", "[a]\n b\n c\n", "\0" * 9])
def test_no_ini_keeps_its_parser_busy(text):
    with pytest.raises(ValueError, match=r"."):
        ini_sections(text)
