# What is done in this repository, by name: `just` lists it. `.ci/run` and the workflows call these recipes, so that
# a check means the same everywhere. Programs come from `.venv`, which `just setup` or the README's test command makes;
# just itself is in there too: `.venv/bin/just`.

set positional-arguments

# the folder of the virtual environment's programs, relative to this file
bin := ".venv/bin"

# say what there is
default:
    @"{{ just_executable() }}" --list --unsorted

# make the virtual environment with everything below in it
setup:
    python3 -m venv .venv && {{ bin }}/pip install -q -e '.[dev]'

# the whole suite, on all cores: what the README names
test *args:
    {{ bin }}/pytest -q -n 3 --dist worksteal "$@"

# the pure core and the screen, while working
fast *args:
    {{ bin }}/pytest -q -n 2 --dist worksteal -m fast "$@"

# style and likely mistakes, and the one format
lint:
    {{ bin }}/ruff check .
    {{ bin }}/ruff format --check .

# mend what ruff can mend
format:
    {{ bin }}/ruff check --fix .
    {{ bin }}/ruff format .

# mypy, strict
types:
    {{ bin }}/mypy

# which part may import which: the contracts of pyproject.toml
contracts:
    {{ bin }}/lint-imports

# fill the tables of docs/ from the code
pages:
    {{ bin }}/python docs/make.py

# the site in build/site, as strictly as in CI: no stale table, no dead link, no page outside of the navigation
docs:
    {{ bin }}/python docs/make.py --check
    NO_MKDOCS_2_WARNING=1 {{ bin }}/mkdocs build --strict

# branch coverage of the pure core by the fast tests
coverage *args:
    mkdir -p build
    COVERAGE_FILE=build/coverage {{ bin }}/pytest -q -n 2 -m fast --cov=coach/core --cov-branch --cov-report=term:skip-covered "$@"

# run a benchmark with its options: `just bench fuzz --seconds 60`; without a name, list them
bench name="" *args:
    #!/usr/bin/env bash
    set -euo pipefail
    if [ "$#" = 0 ] || [ -z "$1" ]; then
        grep -m 1 -H '^"""' benchmarks/*.py | sed 's|benchmarks/||; s|\.py:"""|: |'
    else
        name=$1; shift
        exec {{ bin }}/python "benchmarks/$name.py" "$@"
    fi

# the same 30 searches here and on clusters of 1, 3 and 8 workers: some minutes.
cluster:
    COACH_ALL_SEARCHES=1 {{ bin }}/pytest -q -n 2 tests/cluster/test_same_answer.py

# feed foreign text to every reader of it; the seed makes it the same text each time
fuzz seconds="60":
    {{ bin }}/python -W ignore benchmarks/fuzz.py --seconds {{ seconds }} --seed 23 --keep build/fuzz

# make every picture of the screen anew, and the recorded story at the top of the README: real runs, some minutes
screenshots *what:
    {{ bin }}/python screenshots/make.py "$@"

# build sdist and wheel, and use the wheel in an empty environment, away from the sources
package:
    #!/usr/bin/env bash
    set -euo pipefail
    rm -rf dist build/empty
    {{ bin }}/python -m build --outdir dist . >/dev/null
    {{ bin }}/python -m venv build/empty
    build/empty/bin/pip install -q dist/*.whl
    mkdir -p build/elsewhere
    export COACH_STATE_DIR="$PWD/build/state"
    cd build/elsewhere
    ../empty/bin/coach --version
    ../empty/bin/coach workflows list
    ../empty/bin/python -m coach.demo.story

# show the section of the changelog that the fragments in changelog.d/ make
changelog version="next":
    {{ bin }}/towncrier build --draft --version {{ version }}

# move the fragments into CHANGELOG.md
release-notes version:
    {{ bin }}/towncrier build --yes --version {{ version }}

# fail unless a tag such as v1.2.3 names the version of the package
tagged tag:
    test "{{ tag }}" = "v$({{ bin }}/coach --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+[^ ]*')"

# everything that is checked besides the tests
checks: lint types contracts docs package

# all of CI, as on a fresh machine
ci:
    bash .ci/run
