"""Feed a megabyte of each nasty text to every pattern of coach; prints those that are slow, and the slowest.

    python benchmarks/patterns.py [--size 1000000] [--seconds 10]

The texts are made of what a pattern itself is made of (``tests/patterns.py``), repeated, and end where a match would.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.patterns import PLAIN, busy, used_patterns


def main() -> int:
    parser = argparse.ArgumentParser(description="Feed nasty texts to every pattern of coach.")
    parser.add_argument("--size", type=int, default=1_000_000, help="characters of each text")
    parser.add_argument("--seconds", type=float, default=10.0, help="processor time one call may take")
    args = parser.parse_args()
    spent = []
    slow = 0
    for (module, name), (pattern, methods) in used_patterns().items():
        began = time.process_time()
        found = busy(pattern, methods, args.size, args.seconds, PLAIN)
        spent.append((time.process_time() - began, f"{module} {name}"))
        slow += bool(found)
        for each in found:
            print(f"slow: {module} {name} {pattern.pattern[:80]!r}: {each}", flush=True)
    print(
        f"{len(spent)} patterns, {slow} slow; {args.size:,} characters each; the slowest in all their texts:"
    )
    for seconds, name in sorted(spent, reverse=True)[:5]:
        print(f"  {seconds:8.1f} s  {name}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
