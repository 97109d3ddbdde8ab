"""Outputs in the style of each runner: the first failing test, its exception, its difference, its line, the counts."""

import sys
from dataclasses import dataclass, field

import pytest

from coach.core.output.output_reading import read_output
from coach.core.output.tap import read_tap

RULE = "=" * 70
LINE = "-" * 70


@dataclass(frozen=True)
class Shown:
    """An output and what it says."""

    output: str
    tests: tuple[str, ...]
    message: str
    exception: str = ""
    got: str = ""
    wanted: str = ""
    path: str = ""
    place: str = ""
    sure: bool = True
    counts: dict[str, int] = field(default_factory=dict)


OUTPUTS = {
    "TAP 13 with a nested failure": Shown(
        """TAP version 13
# Subtest: prices
    # Subtest: rounds
    not ok 1 - rounds
      ---
      location: 'file:///w/prices.test.mjs:4:3'
      error: 'not the same'
      name: 'AssertionError'
      expected:
        net: 10
        lines:
          0: 'a'
      actual:
        net: 10
        lines:
          0: 'b'
      ...
    not ok 2 - later # TODO not yet
    1..2
not ok 1 - prices
  ---
  failureType: 'subtestsFailed'
  ...
1..1
# tests 3
# pass 0
# fail 1
# todo 1
""",
        ("prices > rounds",),
        "not the same",
        "AssertionError",
        "b",
        "a",
        "/w/prices.test.mjs:4",
        "lines[0]",
        counts={"failed": 1, "skipped": 1},
    ),
    "TAP 14 of node-tap": Shown(
        """TAP version 14
1..1
# Subtest: test/tax.js
    not ok 1 - same tax
      ---
      diff: |
        --- expected
        +++ actual
        @@ -1,4 +1,4 @@
         Object {
        -  "rate": 19,
        +  "rate": 7,
         }
      at:
        lineNumber: 12
        fileName: test/tax.js
      ...
    1..1
not ok 1 - test/tax.js # time=20.1ms
""",
        ("test/tax.js > same tax",),
        "",
        got="7",
        wanted="19",
        path="test/tax.js:12",
        place="rate",
        counts={"failed": 1},
    ),
    "prove": Shown(
        """
#   Failed test 'adds tax'
#   at t/tax.t line 9.
#          got: '107'
#     expected: '119'
# Looks like you failed 1 test of 3.
t/tax.t ..
Dubious, test returned 1 (wstat 256, 0x100)
Failed 1/3 subtests

Test Summary Report
-------------------
t/tax.t (Wstat: 256 (exited 1) Tests: 3 Failed: 1)
  Failed test:  2
Files=1, Tests=3,  0 wallclock secs ( 0.01 usr +  0.00 sys =  0.01 CPU)
Result: FAIL
""",
        ("adds tax",),
        "got: '107', expected: '119'",
        got="'107'",
        wanted="'119'",
        path="t/tax.t:9",
        counts={"failed": 1, "passed": 2},
    ),
    "testify": Shown(
        """--- FAIL: TestTax (0.00s)
    --- FAIL: TestTax/full (0.00s)
        tax_test.go:8:
            \tError Trace:\t/w/shop/tax_test.go:8
            \tError:      \tNot equal:
            \t            \texpected: 119
            \t            \tactual  : 107
            \tTest:       \tTestTax/full
FAIL
FAIL\texample.org/shop/tax\t0.004s
ok  \texample.org/shop/cart\t0.002s
FAIL
""",
        ("example.org/shop/tax.TestTax/full",),
        "Not equal:\nexpected: 119\nactual  : 107",
        got="107",
        wanted="119",
        path="/w/shop/tax_test.go:8",
    ),
    "old Rust": Shown(
        """running 2 tests
test tax::zero ... ok
test tax::full ... FAILED

failures:

---- tax::full stdout ----
thread 'tax::full' panicked at 'assertion failed: `(left == right)`
  left: `107`,
 right: `119`: tax', src/tax.rs:21:5
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace


failures:
    tax::full

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
""",
        ("tax::full",),
        "assertion failed: `(left == right)`\nleft: `107`,\nright: `119`: tax",
        "panicked",
        "107",
        "119`: tax",
        "src/tax.rs:21",
        sure=False,
        counts={"failed": 1, "passed": 1},
    ),
    "Jest": Shown(
        """FAIL src/tax.test.ts (5.2 s)
  tax
    ✓ is zero (1 ms)
    ✕ is full (3 ms)

  ● tax › is full

    expect(received).toEqual(expected) // deep equality

    - Expected  - 1
    + Received  + 1

      Object {
        "items": Array [
          Object {
            "name": "a",
    -       "net": 119,
    +       "net": 107,
          },
        ],
      }

      3 | test('is full', () => {
    > 4 |   expect(tax()).toEqual({});
        |                 ^

      at Object.<anonymous> (src/tax.test.ts:4:17)

Test Suites: 1 failed, 1 total
Tests:       1 failed, 1 passed, 2 total
Time:        5.9 s
""",
        ("src/tax.test.ts › tax › is full",),
        "expect(received).toEqual(expected) // deep equality",
        got="107",
        wanted="119",
        path="src/tax.test.ts:4",
        place="items[0].net",
        counts={"failed": 1, "passed": 1},
    ),
    "Mocha": Shown(
        """
  tax
    1) is full


  0 passing (4ms)
  1 failing

  1) tax
       is full:

      AssertionError: expected 107 to equal 119
      + expected - actual

      -107
      +119

      at Context.<anonymous> (test/tax.js:7:20)
      at processImmediate (node:internal/timers:483:21)

""",
        ("tax is full",),
        "expected 107 to equal 119",
        "AssertionError",
        "107",
        "119",
        "test/tax.js:7",
        counts={"failed": 1},
    ),
    "unittest of an older Python": Shown(
        f"""F.
{RULE}
FAIL: test_full (shop.tests.Tax) (rate=19)
Full rate.
{LINE}
Traceback (most recent call last):
  File "/w/shop/tests.py", line 9, in test_full
    self.assertEqual(tax(100), 119)
AssertionError: 107 != 119

{LINE}
Ran 2 tests in 0.003s

FAILED (failures=1)
""",
        ("shop.tests.Tax.test_full (rate=19)",),
        "107 != 119",
        "AssertionError",
        "107",
        "119",
        "/w/shop/tests.py:9",
        sure=False,
        counts={"failed": 1, "passed": 1},
    ),
    "pytest below tox": Shown(
        """py: commands[0]> pytest -q
F.                                                                       [100%]
=================================== FAILURES ===================================
__________________________________ Tax.test_full _______________________________

self = <tests.test_tax.Tax object at 0x7f>

    def test_full(self):
>       assert tax(100) == 119
E       assert 107 == 119
E        +  where 107 = tax(100)

tests/test_tax.py:6: AssertionError
=========================== short test summary info ============================
FAILED tests/test_tax.py::Tax::test_full - assert 107 == 119
1 failed, 1 passed in 0.02s
py: exit 1 (0.35 seconds) /w> pytest -q pid=4123
  py: FAIL code 1 (0.36=setup[0.01]+cmd[0.35] seconds)
  evaluation failed :( (0.4 seconds)
""",
        ("tests/test_tax.py::Tax::test_full",),
        "assert 107 == 119\n +  where 107 = tax(100)",
        "AssertionError",
        "107",
        "119",
        "tests/test_tax.py:6",
        sure=False,
        counts={"failed": 1, "passed": 1},
    ),
    "Gradle": Shown(
        """> Task :test FAILED

TaxTest > isFull() FAILED
    org.opentest4j.AssertionFailedError: expected: <119> but was: <107>
        at org.junit.jupiter.api.AssertEquals.failNotEqual(AssertEquals.java:197)
        at shop.TaxTest.isFull(TaxTest.java:14)

3 tests completed, 1 failed
""",
        ("TaxTest > isFull()",),
        "expected: <119> but was: <107>",
        "AssertionFailedError",
        "107",
        "119",
        "org/junit/jupiter/api/AssertEquals.java:197",
        counts={"failed": 1, "passed": 2},
    ),
    "GoogleTest below CTest": Shown(
        """[ RUN      ] Tax.Full
/w/tests/tax_test.cc:14: Failure
Expected equality of these values:
  tax(100)
    Which is: 107
  119
[  FAILED  ] Tax.Full (0 ms)
[ RUN      ] Tax.Zero
[       OK ] Tax.Zero (0 ms)

50% tests passed, 1 tests failed out of 2
""",
        ("Tax.Full",),
        "Expected equality of these values:",
        got="107",
        wanted="119",
        path="/w/tests/tax_test.cc:14",
        sure=False,
        counts={"failed": 1, "passed": 1},
    ),
    "Automake": Shown(
        """PASS: zero.sh
tax is 107, not 119
FAIL: full.sh
# TOTAL: 2
# PASS:  1
# FAIL:  1
""",
        ("full.sh",),
        "tax is 107, not 119",
        counts={"failed": 1, "passed": 1},
    ),
    "a file that node cannot read": Shown(
        """TAP version 13
# /w/tax.test.js:2
# this is no javascript
#      ^^
# SyntaxError: Unexpected identifier 'is'
#     at wrapSafe (node:internal/modules/cjs/loader:1464:18)
# Node.js v20.20.2
# Subtest: /w/tax.test.js
not ok 1 - /w/tax.test.js
  ---
  location: '/w/tax.test.js:1:1'
  exitCode: 1
  error: 'test failed'
  ...
1..1
""",
        ("/w/tax.test.js",),
        "Unexpected identifier 'is'",
        "SyntaxError",
        path="/w/tax.test.js:2",
        counts={"failed": 1},
    ),
    "RSpec": Shown(
        """F.

Failures:

  1) Tax is full
     Failure/Error: expect(tax(100)).to eq(119)

       expected: 119
            got: 107

       (compared using ==)
     # ./spec/tax_spec.rb:5:in `block (2 levels) in <top (required)>'

Finished in 0.01 seconds (files took 0.05 seconds to load)
2 examples, 1 failure

Failed examples:

rspec ./spec/tax_spec.rb:4 # Tax is full
""",
        ("Tax is full",),
        "expected: 119\ngot: 107\n(compared using ==)",
        got="107",
        wanted="119",
        path="spec/tax_spec.rb:5",
        counts={"failed": 1, "passed": 1},
    ),
}


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("worn", ["plain", "in colours", "with a task's name", "with times and CRLF"])
def test_each_runner_is_understood(name, worn):
    """Also in colours, below a task runner, with times and foreign line ends."""
    shown = OUTPUTS[name]
    reading = read_output(WORN[worn](f"npm warn old lockfile\n{shown.output}make: *** [test] Error 1\n"), 1)
    assert tuple(each.test for each in reading.failures) == shown.tests
    first = reading.failures[0]
    assert (first.exception, first.message.split("\n")[0]) == (
        shown.exception or "failed",
        shown.message.split("\n")[0],
    )
    if shown.wanted:
        [difference] = first.difference
        assert (difference.path, difference.got, difference.wanted) == (shown.place, shown.got, shown.wanted)
        assert difference.is_sure is shown.sure
    if shown.path:
        assert f"{first.frames[-1].path}:{first.frames[-1].line}" == shown.path
    for what, count in shown.counts.items():
        assert getattr(reading.counts, what) == count
    assert reading.red


WORN = {
    "plain": str,
    "in colours": lambda text: "\n".join(f"\x1b[31m{line}\x1b[0m" for line in text.split("\n")),
    "with a task's name": lambda text: "\n".join(f"web:test: {line}" for line in text.split("\n")),
    "with times and CRLF": lambda text: "\n".join(
        f"2026-11-28T04:49:1{number % 10}.123Z {line}\r" for number, line in enumerate(text.split("\n"))
    ),
}


def test_lines_of_tasks_that_run_side_by_side_are_told_apart():
    """Two tasks print into one another: each is read as if it were alone."""
    one = OUTPUTS["Mocha"].output.split("\n")
    other = OUTPUTS["TAP 13 with a nested failure"].output.split("\n")
    rows = max(len(one), len(other))
    mixed = [
        f"{name}: {lines[row]}"
        for row in range(rows)
        for name, lines in (("web:test", one), ("api:test", other))
        if row < len(lines)
    ]
    tests = {each.test for each in read_output("\n".join(mixed), 1).failures}
    assert tests == {"tax is full", "prices > rounds"}


@pytest.mark.parametrize(
    ("output", "test", "exception", "message", "place"),
    [
        ("src/a.c:3:5: error: 'y' undeclared\nmake: *** [a.o] Error 1\n", "src/a.c", "error", "'y' undeclared", "src/a.c:3"),
        ("src/a.ts(4,2): error TS2322: no number\n", "src/a.ts", "error TS2322", "no number", "src/a.ts:4"),
        ("error[E0308]: mismatched types\n  --> src/a.rs:2:5\n   |\n", "src/a.rs", "error[E0308]", "mismatched types", "src/a.rs:2"),
        ("src/a.py:7: error: no str  [arg-type]\nFound 1 error\n", "src/a.py", "error", "no str  [arg-type]", "src/a.py:7"),
        ("src/a.py:1:8: F401 `os` imported but unused\n", "src/a.py", "F401", "`os` imported but unused", "src/a.py:1"),
        ("\n/w/a.js\n  2:7  error  'x' is never used  no-unused-vars\n", "/w/a.js", "no-unused-vars", "'x' is never used", "/w/a.js:2"),
        ('Exception in thread "main" java.lang.IllegalStateException: no rate\n\tat shop.Tax.rate(Tax.java:3)\n', "", "IllegalStateException", "no rate", "shop/Tax.java:3"),
        ("thread 'main' panicked at src/main.rs:2:5:\nno rate\n", "", "panicked", "no rate", "src/main.rs:2"),
        ("tax: tax.c:9: main: Assertion `tax(100) == 119' failed.\nAborted (core dumped)\n", "", "Assertion", "tax(100) == 119 failed", "tax.c:9"),
        ("ok 12 checks\nbad: rates.lua:7: expected 119 but got 107\ndone in 0.3s\n", "", "exit 2", "bad: rates.lua:7: expected 119 but got 107", "rates.lua:7"),
        ("no rate at bin/tax.pl line 4.\n", "", "", "no rate", "bin/tax.pl:4"),
        ("./run.sh: line 3: taxx: command not found\n", "", "", "taxx: command not found", "./run.sh:3"),
        ("ok so far\nfatal: no rate\nnpm error code 1\nnpm error A complete log of this run\n", "", "exit 2", "fatal: no rate", ""),
    ],
)  # fmt: skip
def test_what_is_no_test(output, test, exception, message, place):
    """Compilers, linters, programs that ended by an exception, and a line that tells of an error."""
    [failure] = read_output(output, 2).failures
    assert (failure.test, failure.exception, failure.message) == (test, exception or "exit 2", message)
    assert [f"{each.path}:{each.line}" for each in failure.frames][-1:] == [place.removeprefix("./")][
        : bool(place)
    ]


@pytest.mark.parametrize(
    "output",
    [
        "1..2\nok 1 - a\nnot ok 2 - b # TODO later\n",
        "TAP version 13\nok 1 - a # SKIP no network\n1..1\n# tests 1\n# pass 0\n# fail 0\n# skipped 1\n",
        "all fine, not ok 3 times is what the old one said\nFAILED (was the word of the old one)\n",
        "ok  \texample.org/shop\t0.002s\n",
        "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured\n",
        f"..\n{LINE}\nRan 2 tests in 0.001s\n\nOK (skipped=1)\n",
        "2 passing (3ms)\n",
        "",
    ],
)
def test_green_is_not_called_red(output):
    """What is to be done, left out or only spoken of is no failure, and nothing contradicts exit code 0."""
    reading = read_output(output, 0)
    assert not reading.failures
    assert not reading.red


@pytest.mark.parametrize("seed", ["not ok 1 - a\n  ---\n", "    at f (", "Traceback (most recent call last):\n",
                                  "--- FAIL: TestA/b (0.00s)\n", "a != ", "(", "\x1b]", "  1) a\n", "[" * 50, "- ",
                                  '{"Action":"fail","Test":"' , "error: ", "===", "'", "\r", "http://"])  # fmt: skip
def test_a_flood_costs_no_more_than_its_length(seed):
    """Twice as much takes about twice as many steps of Python, whatever it is made of."""

    def steps(size):
        taken = 0

        def count(*_):
            nonlocal taken
            taken += 1
            return count

        text = (seed * (size // len(seed) + 1))[:size]
        before = sys.gettrace()
        sys.settrace(count)
        try:
            read_output(text, 1)
        finally:
            sys.settrace(before)
        return taken

    one, two = steps(10_000), steps(20_000)
    assert two <= 2.6 * one + 2_000


def test_a_megabyte_of_failures_is_a_bounded_report():
    """Two hundred of them are kept, with what each says shortened."""
    text = "1..1\n" + "".join(
        f"not ok {n} - {'x' * 900}{n}\n  ---\n  error: {'y' * 900}\n  ...\n" for n in range(500)
    )
    reading = read_output(text, 1)
    assert len(reading.failures) == 200
    assert reading.left_out == 300
    assert max(len(each.test) for each in reading.failures) <= 500


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("TAP version 13\n1..3\nok 1 - a", ["3 tests were planned, 1 ran"]),
        ("1..2\nok 1 - a\nok 2 - b\n1..2\nok 1 - c\n", ["2 tests were planned, 1 ran"]),
        ("TAP version 13\n1..3\nok 1 - a\nok 2 - b\nok 3 - c", []),
        ("TAP version 13\nok 1 - a\nok 2 - b\n1..2", []),
        ("1..3\nok 1 - a\n... 900 lines left out ...\nok 3 - c", []),
        ("TAP version 14\n# Subtest: x\n    1..2\n    ok 1 - q\n    ok 2 - z\nok 1 - x\n1..1", []),
    ],
)
def test_a_plan_that_is_not_met_is_no_pass(text, said):
    found = read_tap(text.split("\n"))
    assert [each.message for each in found.failures] == said
    assert found.is_red == bool(said)
