"""From a red test to closed, verified: the key that Next shows is pressed, forms are kept as they come, one edit is made.

What is verified is closed without a question.
"""

import re
import sys

from tests.e2e.terminal import Terminal

ADVICE = re.compile(r"^ [→✔] (?P<text>\S.*?)(?:   (?P<key>\S+)  (?P<label>[a-z][a-z -]*))?$")
FORMS = {"spec", "hypothesis", "root cause", "judge"}
MAX = 20
UNITTEST = {
    "words.py": """\
        def initials(name):
            parts = name.split(" ")
            return "".join(part[0] for part in parts)
        """,
    "test_words.py": """\
        import unittest
        from words import initials

        class TestWords(unittest.TestCase):
            def test_one(self):
                self.assertEqual(initials("ada"), "a")

            def test_two_blanks(self):
                self.assertEqual(initials("ada  lovelace"), "al")
        """,
}


def test_next_leads_to_closed_and_verified(lay):
    """On a test of unittest, on a narrow screen; ``tests/e2e/test_walk.py`` walks plain pytest and a command."""
    target = "test_words.py::TestWords::test_two_blanks"
    edit = ("words.py", '.split(" ")', ".split()")
    project = lay(UNITTEST)
    project.commit("as it was")
    words = [sys.executable, "-m", "coach", "debug", "--python", sys.executable, target]
    terminal = Terminal(words, cwd=project.top, columns=80, lines=24)
    terminal.wait_for("→ Say in one line each")
    pressed, is_edited = [], False
    while "closed: verified" not in terminal.text:
        assert len(pressed) <= MAX, (pressed, terminal.text)
        said, key, label = _next(terminal)
        if not key:
            assert not is_edited, terminal.text
            path = project.top / edit[0]
            path.write_text(path.read_text().replace(edit[1], edit[2]))
            is_edited = True
        else:
            terminal.child.send(key)
            pressed.append(key)
            if label in FORMS:
                terminal.wait_for("ctrl+s keeps")
                terminal.child.send("\x13")
                pressed.append("ctrl+s")
                terminal.wait_gone("ctrl+s keeps")
        _wait_for_another(terminal, said)
    terminal.child.send("q")
    assert is_edited


def _advice(terminal):
    found = ADVICE.match(terminal.text.split("\n")[2])
    return (found["text"], found["key"], found["label"]) if found else ("", None, None)


def _next(terminal):
    """Return what Next says once nothing runs: that says what is under way, and no key."""
    for _ in range(2_000):
        said, key, label = _advice(terminal)
        if said and (key or "make the one change" in said):
            return said, key, label
        terminal.pump()
    raise AssertionError(f"Next never said a key:\n{terminal.text}")


def _wait_for_another(terminal, said):
    for _ in range(2_000):
        if _advice(terminal)[0] not in {said, ""}:
            return
        terminal.pump()
    raise AssertionError(f"it stays at {said!r}:\n{terminal.text}")
