"""What commands of a shell make of files, as far as it can be told without running them."""

import pytest

from coach.core.transcripts.contents import Unknown
from coach.core.transcripts.files import tree
from coach.core.transcripts.model import Edited, Hunk, Looked, Ran, Step, Transcript
from coach.core.transcripts.moments import FileHistory

A = "one\ntwo\nthree\n"
BASE = {"a.txt": A, "src/b.py": "x = 1\ny = 2\n"}
UNKNOWN = object()
DIFFERENCE = "--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"


def followed(*actions, base=BASE, root="/work"):
    transcript = Transcript(
        format="any",
        root=root,
        base_commit="abcdef01" * 5,
        steps=tuple(Step(action=each) for each in actions),
    )
    history = FileHistory(transcript, None if base is None else base.get)
    return history, list(history.moments())


def after(*commands, code=0):
    history, _ = followed(*[Ran(command=each, cwd="/work", exit_code=code) for each in commands])
    return {
        path: UNKNOWN if isinstance(text, Unknown) else text
        for path, text in history.files.snapshot().items()
    }


FIX = """cat > fix.py <<'EOF'
import re
with open('a.txt') as f:
    lines = f.readlines()
for i, line in enumerate(lines):
    if 'two' in line:
        lines[i] = re.sub('tw', 'w', line)
with open('a.txt', 'w') as f:
    f.writelines(lines)
EOF
python fix.py && rm fix.py"""

KNOWN = [
    ("cat > n.py <<'EOF'\nprint('$x')\nEOF", {"n.py": "print('$x')\n"}),
    ("cat <<EOF >> a.txt\nfour\nEOF", {"a.txt": A + "four\n"}),
    ("NAME=n.py\ncat <<EOF > $NAME\na \\$b\nEOF", {"n.py": "a $b\n"}),
    ("cat <<-EOF > n\n\t\tx\n\tEOF\necho y >> n", {"n": "x\ny\n"}),
    ("echo 'a b' > n; echo -n c >> n; printf '%s-%s\\n' d e >> n", {"n": "a b\ncd-e\n"}),
    ("echo hello | tee n m > /dev/null", {"n": "hello\n", "m": "hello\n"}),
    ("cd src && sed -i 's/x/z/' b.py && cat b.py", {"src/b.py": "z = 1\ny = 2\n"}),
    ("(cd src; sed -i 1d b.py); rm a.txt", {"src/b.py": "y = 2\n", "a.txt": None}),
    ("sed -i.bak -e '2d' -e 's/one/1/' a.txt", {"a.txt": "1\nthree\n", "a.txt.bak": A}),
    ("sed -i 's/two/[^\\W\\d_]/' a.txt", {"a.txt": "one\n[^Wd_]\nthree\n"}),
    ("sed -i '/two/a\\    after' a.txt", {"a.txt": "one\ntwo\n    after\nthree\n"}),
    ("sed -n '1,2p' a.txt > n", {"n": "one\ntwo\n"}),
    ("head -1 a.txt > n; tail -n +2 a.txt >> n", {"n": A}),
    ("cp a.txt n.txt && mv src/b.py src/c.py", {"n.txt": A, "src/b.py": None, "src/c.py": BASE["src/b.py"]}),
    ("touch n a.txt", {"n": ""}),
    ("echo x > n\nrm -f *.nothing n", {}),
    (f"git apply <<'EOF'\n{DIFFERENCE}EOF", {"a.txt": "one\n2\nthree\n"}),
    (f"patch -p1 <<'EOF'\n{DIFFERENCE}EOF", {"a.txt": "one\n2\nthree\n"}),
    (
        "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+2\n*** End Patch\nEOF",
        {"a.txt": "one\n2\nthree\n"},
    ),
    (
        "apply_patch '*** Begin Patch\n*** Delete File: a.txt\n*** Add File: n\n+x\n*** End Patch'",
        {"a.txt": None, "n": "x\n"},
    ),
    ("echo x > a.txt; git checkout a.txt", {}),
    ("echo x > a.txt; git checkout HEAD -- . && echo y > n", {"n": "y\n"}),
    ("echo x > a.txt; git stash; echo y > src/b.py; git stash pop", {"a.txt": "x\n", "src/b.py": "y\n"}),
    ("echo x > a.txt; echo u > n; git stash", {"n": "u\n"}),
    ("echo x > a.txt; git reset --hard; git clean -fd", {}),
    ("echo x > n; git clean -fd", {}),
    ("grep -q zz a.txt && echo x > a.txt || echo y > n; true", {"n": "y\n"}),
    (
        "grep -qF two a.txt && sed -i s/two/2/ a.txt && echo y > n; false",
        {"a.txt": "one\n2\nthree\n", "n": "y\n"},
    ),
    ("[ -f a.txt ] || echo x > n; test ! -f a.txt && echo x > n; true", {}),
    ("(test -f a.txt && grep -q two a.txt) && echo x > n; test -s a.txt && echo x > n; true", {"n": "x\n"}),
    ("echo x > a.txt; git diff > p; git checkout .; git apply p; rm p", {"a.txt": "x\n"}),
    ("echo x > a.txt; git commit -am x; echo y > a.txt; git checkout a.txt", {"a.txt": "x\n"}),
    ("echo x > a.txt; git commit -am x; git reset HEAD~1; git checkout a.txt", {}),
    ("echo x > a.txt; git commit -am x; git reset --hard HEAD^", {}),
    ("echo x > a.txt; git commit -am x; git checkout abcdef01 -- a.txt", {}),
    ("echo x > a.txt; git show HEAD:a.txt > n", {"a.txt": "x\n", "n": A}),
    ('bash -c "sed -i s/one/1/ a.txt"', {"a.txt": "1\ntwo\nthree\n"}),
    ("timeout 5 env X=1 sed -i s/one/1/ a.txt", {"a.txt": "1\ntwo\nthree\n"}),
    (
        "python - <<'EOF'\nfrom pathlib import Path\np = Path('a.txt')\np.write_text(p.read_text().replace('two', '2', 1))\nEOF",
        {"a.txt": "one\n2\nthree\n"},
    ),
    ("python -c \"s = open('a.txt').read(); open('a.txt', 'w').write(s.upper())\"", {"a.txt": A.upper()}),
    (
        FIX,
        {"a.txt": "one\nwo\nthree\n"},
    ),
    ("python -c \"s = open('a.txt').read(); assert 'zz' in s; open('a.txt', 'w').write('')\" || true", {}),
    ("ls *.py; grep -rn x . > /dev/null; python -m pytest -q", {}),
]


@pytest.mark.parametrize(("command", "expected"), KNOWN)
def test_what_a_command_writes_is_known(command, expected):
    assert after(command) == expected


DOUBTFUL = [
    ("perl -pi -e 's/one/1/' a.txt", {"a.txt": UNKNOWN}),
    ("sed -i 's/\\(o*\\)*x/y/' a.txt", {"a.txt": UNKNOWN}),
    ("sed -i 's/one\\|two/x/' a.txt", {"a.txt": UNKNOWN}),
    ("make_it > a.txt", {"a.txt": UNKNOWN}),
    ("for f in a.txt; do echo x > a.txt; done", {"a.txt": UNKNOWN}),
    ("grep -q 'o*' a.txt && echo x > a.txt; true", {"a.txt": UNKNOWN}),
    ("grep -q z never.txt && echo x > a.txt; true", {"a.txt": UNKNOWN}),
    (
        "python -c \"import json; d = json.load(open('a.txt')); open('a.txt', 'w').write(json.dumps(d))\"",
        {"a.txt": UNKNOWN},
    ),
    ("python -c \"while True: open('a.txt', 'w').write('x')\"", {"a.txt": UNKNOWN}),
]


@pytest.mark.parametrize(("command", "expected"), DOUBTFUL)
def test_what_cannot_be_told_is_unknown_and_counted(command, expected):
    assert after(command) == expected
    history, _ = followed(Ran(command=command, exit_code=0))
    assert sum(history.lacks.values()) == 1


def test_an_exit_code_tells_which_commands_ran():
    assert after("cd src && sed -i 's/x/z/' b.py && python -m pytest -q", code=1) == {
        "src/b.py": "z = 1\ny = 2\n"
    }
    assert after("python -m pytest -q && sed -i 's/x/z/' src/b.py", code=1) == {"src/b.py": UNKNOWN}
    assert (
        after("git apply nothing.patch", "cd src && git checkout nothing", "sed -i 's/x/z/' src/b.py", code=1)
        == {}
    )
    assert after("echo x > n || rm a.txt") == {"n": "x\n"}


def test_a_program_that_is_not_there_changes_nothing():
    said = "/bin/bash: line 1: sudo: command not found"
    history, _ = followed(Ran(command="sudo sed -i 's/one/1/' a.txt", output=said))
    assert history.files.snapshot() == {}


def test_what_git_puts_back_is_nobodys_edit():
    _, moments = followed(Ran(command="echo x > a.txt; git checkout a.txt; git stash; ls", exit_code=0))
    assert [(each.command.split()[0], each.cause, each.changed) for each in moments] == [
        ("echo", "edit", ("a.txt",)),
        ("git", "git", ("a.txt",)),
        ("git", "", ()),
        ("ls", "", ()),
    ]


def test_each_command_of_a_line_sees_the_files_as_they_are_then():
    _, moments = followed(Ran(command="echo 1 > n; pytest; echo 2 > n; pytest"))
    assert [each.files["n"] for each in moments if each.command == "pytest"] == ["1\n", "2\n"]


def test_another_commit_is_not_the_base():
    history, moments = followed(
        Ran(command="git checkout v1.0", exit_code=0),
        Ran(command="sed -i s/one/1/ a.txt", exit_code=0),
        Ran(command="git checkout -", exit_code=0),
    )
    assert isinstance(moments[1].files["a.txt"], Unknown)
    assert history.lacks["times another commit was checked out"] == 1


TYPED = [
    (Edited(path="a.txt", kind="replace", old="two", new="2"), "one\n2\nthree\n"),
    (Edited(path="/work/a.txt", kind="replace", old="o", new="0", everywhere=True), "0ne\ntw0\nthree\n"),
    (Edited(path="a.txt", kind="replace", old="zz", new="2", failed=True), A),
    (Edited(path="a.txt", kind="lines", first=2, last=2, new="2\n3\n"), "one\n2\n3\nthree\n"),
    (Edited(path="a.txt", kind="lines", first=2, last=1, new="1.5\n"), "one\n1.5\ntwo\nthree\n"),
    (Edited(path="a.txt", kind="patch", hunks=(Hunk(old="two\n", new="2\n", line=7),)), "one\n2\nthree\n"),
    (Edited(path="a.txt", kind="append", new="four\n"), A + "four\n"),
    (Edited(path="a.txt", kind="delete"), None),
    (Edited(path="a.txt", kind="write", new=""), ""),
]


@pytest.mark.parametrize(("edited", "expected"), TYPED)
def test_a_typed_edit_changes_the_file(edited, expected):
    history, _ = followed(edited)
    assert history.files.read("a.txt") == expected
    assert history.lacks == {}
    history, _ = followed(edited, Edited(path="a.txt", kind="undo"))
    assert edited.failed or history.files.read("a.txt") == A


def test_without_a_base_only_what_was_shown_is_known():
    edit = Edited(path="a.txt", kind="replace", old="two", new="2")
    history, _ = followed(edit, base=None)
    assert isinstance(history.files.snapshot()["a.txt"], Unknown)
    history, _ = followed(Looked(path="a.txt", text=A, is_whole=True), edit, base=None)
    assert history.files.snapshot() == {"a.txt": "one\n2\nthree\n"}
    history, _ = followed(Ran(command="cat a.txt", output=A, exit_code=0), edit, base=None)
    assert history.files.snapshot() == {"a.txt": "one\n2\nthree\n"}
    history, _ = followed(edit.model_copy(update={"original": A}), base=None)
    assert history.files.snapshot() == {"a.txt": "one\n2\nthree\n"}


def test_a_file_that_changed_unseen_is_what_was_shown_last():
    history, _ = followed(Looked(path="a.txt", text="other\n", is_whole=True))
    assert history.files.snapshot() == {"a.txt": "other\n"}
    assert history.lacks == {"files that changed without an edit in the transcript": 1}


def test_the_beginning_of_a_file_is_not_all_of_it():
    history, _ = followed(Looked(path="a.txt", text="one\n", is_whole=True))
    assert (history.files.snapshot(), history.lacks) == ({}, {})


def test_names_of_windows_are_names_below_the_root():
    edit = Edited(path="C:\\work\\src\\b.py", kind="replace", old="x", new="z")
    history, _ = followed(edit, Edited(path="src\\b.py", kind="append", new="#\n"), root="C:\\work")
    assert history.files.snapshot() == {"src/b.py": "z = 1\ny = 2\n#\n"}


def test_here_strings_of_powershell_are_files():
    root = "C:\\w"
    steps = [
        ("@'\nx = 'a'\n\ny = \"$b\"\n'@ | Set-Content src\\a.py", 0),
        ("New-Item d | Out-Null\n@'\r\nz\r\n'@ | Set-Content -Path 'd\\b.txt' -Encoding utf8; @'", 0),
        ("@'\nmore\n'@ | Add-Content src/a.py", 0),
        ('@"\n$x\n"@ | Out-File c.txt', 0),
        ("@'\nno\n'@ | Set-Content d.txt", 1),
    ]
    history = FileHistory(
        Transcript(
            format="Codex",
            root=root,
            steps=[Step(action=Ran(command=command, cwd=root, exit_code=code)) for command, code in steps],
        )
    )
    *_, last = history.moments()
    seen = {path: UNKNOWN if isinstance(text, Unknown) else text for path, text in last.files.items()}
    assert seen == {
        "src/a.py": "x = 'a'\n\ny = \"$b\"\nmore\n",
        "d/b.txt": "z\r\n",
        "c.txt": UNKNOWN,
        "d.txt": UNKNOWN,
    }


def test_two_unknown_contents_are_never_the_same():
    _, moments = followed(*[Ran(command="perl -pi -e 1 a.txt", exit_code=0)] * 2)
    assert moments[0].files["a.txt"] != moments[1].files["a.txt"]


def test_a_long_transcript_takes_no_more_than_its_length():
    """Work is counted, not timed: what would be endless ends when the budget of the transcript is used up."""
    endless = "python -c \"i = 0\nwhile True:\n    i = 1\nopen('a.txt', 'w')\""
    slow = "sed -i 's/" + "a*" * 6 + "z/x/' long.txt"
    history, _ = followed(
        Ran(command="cat > long.txt <<'EOF'\n" + "z" + "a" * 3_000 + "\nEOF"),
        *[Ran(command=each, exit_code=0) for each in [endless, slow, "echo x > n"]],
    )
    assert history.files.snapshot()["n"] == "x\n"
    assert isinstance(history.files.snapshot()["long.txt"], Unknown)


def test_snapshots_of_before_stay_what_they_were():
    _, moments = followed(*[Ran(command=f"echo {n} > n{n}", exit_code=0) for n in range(3)])
    assert [sorted(each.files) for each in moments] == [["n0"], ["n0", "n1"], ["n0", "n1", "n2"]]


def test_more_files_than_are_followed_are_counted():
    history, _ = followed(*[Edited(path=f"f{n}", kind="write", new="x") for n in range(1_003)])
    assert len(history.files.snapshot()) == 1_000
    assert history.lacks == {"files past the first 1,000": 3}


def test_more_editing_than_is_followed_leaves_files_unknown(monkeypatch):
    monkeypatch.setattr(tree, "MOST_WRITTEN", 200)
    change = Edited(path="a.txt", kind="append", new="more\n")
    history, _ = followed(*[change] * 10)
    assert isinstance(history.files.read("a.txt"), Unknown)
    assert any("more editing" in each for each in history.lacks)
