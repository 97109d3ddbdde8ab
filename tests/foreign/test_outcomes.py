"""What runs of other people's tests show: values that change, tests that are skipped, seeds, an edit with a typo."""

INI = {"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n'}
VALUES = {
    **INI,
    "shop.py": "def discount(price):\n    return price - 10\n",
    "test_values.py": """
        import random

        from shop import discount


        def test_a_tenth():
            price = random.randint(200, 9999)
            assert discount(price) == price * 0.9
        """,
    "test_ids.py": """
        import random

        import pytest

        from shop import discount


        @pytest.mark.parametrize("price", [random.randint(1, 10**6) for _ in range(2)])
        def test_never_free(price):
            assert discount(price % 9) >= 0
        """,
    "test_named.py": """
        import secrets

        from shop import discount


        def test_it_says_who():
            customer = secrets.token_hex(4)
            assert discount(5) >= 0, f"{customer} pays nothing"


        def test_the_time_is_no_identity():
            import time

            assert discount(5) >= 0, f"at {time.time_ns()}"
        """,
}


def measured(laid, *words):
    return laid.coach("reproduce", *words, "--new", "--json").json["reproduction"]


def test_another_value_in_every_message_is_the_same_red_test(lay):
    laid = lay(VALUES)
    laid.commit("shop")
    found = measured(laid, "test_values.py", "test_named.py::test_it_says_who")
    assert (found["failures"], found["stable"], found["passes"]) == (found["runs"], True, 0)
    assert found["messages"] == found["runs"]
    (other,) = found["others"]
    assert {found["test"], other["test"]} == {
        "test_values.py::test_a_tenth",
        "test_named.py::test_it_says_who",
    }
    assert other["failures"] == found["runs"]
    said = laid.coach("status").text
    assert "passed in" not in said
    found = measured(laid, "test_ids.py")
    assert found["stable"]
    assert found["test"] == "test_ids.py::test_never_free"


SEEDED = {
    **INI,
    "tags.py": "def first(tags):\n    return next(iter(set(tags)))\n",
    "test_tags.py": """
        from tags import first


        def test_first():
            found = first(["ab", "cd", "ef", "gh"])
            assert found == "ab", f"{found} of {id(object())}"
        """,
}


def test_a_flake_of_the_hash_seed_is_named_though_its_message_changes(lay):
    laid = lay(SEEDED)
    laid.commit("tags")
    laid.coach("run", "test_tags.py::test_first", "--new")
    found = laid.coach("stress", "--runs", "2", "--json").json
    assert found["found"]["table"]["axis"] == "hash seed", found["sentence"]


SKIPPING = {
    **INI,
    "feed.py": 'FEATURE = False\n\n\ndef parse(text):\n    return text.split(";")\n',
    "test_module.py": """
        import pytest

        import feed

        if not feed.FEATURE:
            pytest.skip("needs the feed feature", allow_module_level=True)


        def test_parse():
            assert feed.parse("a,b") == ["a", "b"]
        """,
    "test_marked.py": """
        import pytest

        import feed


        @pytest.mark.skipif(not feed.FEATURE, reason="needs the feed feature")
        def test_parse():
            assert feed.parse("a,b") == ["a", "b"]


        @pytest.mark.xfail(not feed.FEATURE, reason="no feed yet", run=False)
        def test_again():
            assert feed.parse("a,b") == ["a", "b"]
        """,
}


def test_a_commit_where_the_test_is_skipped_is_no_good_one(lay):
    laid = lay(SKIPPING)
    laid.commit("one: feature off")
    said = laid.coach("run", "test_marked.py", "--new", "--json")
    assert said.code not in {0, 1}
    assert said.json["outcome"] == "UNRESOLVED"
    laid.commit("two", {"NOTES.md": "notes\n"})
    laid.commit(
        "three: on, wrong from the first day", {"feed.py": SKIPPING["feed.py"].replace("False", "True")}
    )
    for test in ("test_marked.py::test_again", "test_module.py::test_parse"):
        assert laid.coach("run", test, "--new").code == 1
        found = laid.coach("bisect", "--jobs", "1", "--json").json
        assert found["found"] is None or found["found"]["kind"] == "not-a-regression", found["sentence"]


CART = {
    **INI,
    "cart.py": "def total(prices):\n    lines = [price for price in prices]\n    return sum(lines) - 1\n",
    "test_cart.py": """
        from cart import total


        def test_total():
            assert total([4, 6]) == 10
        """,
}
TYPED = "def total(prices):\n    lines = [price for price in prices]\n    return sum(lnes)\n"
SIGNED = "def total(prices, tax):\n    lines = [price for price in prices]\n    return sum(lines) - 1 + tax\n"


def test_an_edit_that_cannot_run_judges_the_edit_and_never_the_idea(lay):
    laid = lay(CART)
    laid.commit("cart")
    laid.coach("run", "test_cart.py::test_total", "--new")
    for text, said in ((TYPED, "NameError"), (SIGNED, "TypeError"), ("def total(:\n", "SyntaxError")):
        laid.coach("hypothesis", f"one is taken off ({said})", "--predict", "10", "--expects", "pass")
        laid.write({"cart.py": text})
        ran = laid.coach("run", "--json").json
        assert ran["remark"] == "broken edit", ran["reason"]
        assert said in ran["reason"]
        now = laid.coach("status", "--json").json
        assert now["hypotheses"][-1]["verdict"] == "INCONCLUSIVE"
        assert now["failure"]["exception"] == "AssertionError"
        assert "assert 9 == 10" in laid.coach("export").out
        laid.write({"cart.py": CART["cart.py"]})
        laid.coach("run")
    laid.coach("hypothesis", "one is taken off", "--predict", "10", "--expects", "pass")
    laid.write({"cart.py": CART["cart.py"].replace(" - 1", "")})
    assert laid.coach("run").code == 0
    assert laid.coach("status", "--json").json["hypotheses"][-1]["verdict"] == "SUPPORTED"
    assert "assert 9 == 10" in laid.coach("failure").out


def test_a_trial_of_a_patch_that_cannot_run_refutes_nothing(lay):
    laid = lay(CART)
    laid.commit("cart")
    laid.coach("run", "test_cart.py::test_total", "--new")
    laid.coach("hypothesis", "one is taken off", "--predict", "10", "--expects", "pass")
    laid.write({"cart.py": TYPED})
    (laid.top.parent / "fix.diff").write_text(laid.git("diff"))
    laid.write({"cart.py": CART["cart.py"]})
    tried = laid.coach(
        "try", str(laid.top.parent / "fix.diff"), "--expects", "pass", "--hypothesis", "1", "--json"
    )
    assert tried.code == 3, tried.text
    assert laid.coach("status", "--json").json["hypotheses"][-1]["verdict"] in {None, "INCONCLUSIVE"}


def test_a_command_that_says_nothing_of_tests_keeps_its_exit_code(lay):
    laid = lay({"check.sh": "exit 1\n"})
    assert laid.coach("run", "--new", "--", "sh", "check.sh").code == 1
    laid.write({"check.sh": "exit 0\n"})
    assert laid.coach("run", "--", "sh", "check.sh").code == 0


MORE = """

def test_more():
    assert total([1, 2, 3]) == 6


def test_tutorial():
    import shutil

    assert shutil.which("a-tool-nobody-has"), "install it first"
"""


def test_a_file_with_an_old_failure_of_its_own_is_mended_and_proven(lay):
    laid = lay(CART)
    laid.commit("cart", {"test_cart.py": "from cart import total\n" + MORE})
    laid.coach("run", "test_cart.py", "--new")
    about = laid.coach("status", "--json").json["failure"]
    assert about["tests"] == ["test_cart.py::test_more"]
    laid.coach("pin", about["tests"][0])
    laid.coach("hypothesis", "one is taken off", "--predict", "the sum", "--expects", "pass")
    laid.write({"cart.py": CART["cart.py"].replace(" - 1", "")})
    ran = laid.coach("run", "--json")
    assert ran.code != 0
    assert ran.json["remark"] == "old failures", ran.json["reason"]
    assert laid.coach("status", "--json").json["hypotheses"][-1]["verdict"] == "SUPPORTED"
    proof = laid.coach("verify")
    assert proof.code == 0, proof.text
