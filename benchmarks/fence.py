"""What confining costs: a run of a small suite in a copy, confined and not, in turn; and a call that is looked at.

    python benchmarks/fence.py [ROUNDS]

Prints ratios within one run. "start" is a program that does nothing; "suite" runs 40 tests that write to ``tmp_path``.
"""

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from coach.engine.confine.landlock import Fence, available
from coach.engine.process.spawn import Launch
from coach.engine.process.supervise import Limits, supervise

SUITE = "import pytest\n\n@pytest.mark.parametrize('n', range(40))\ndef test_it(n, tmp_path):\n    (tmp_path / 'a').write_text('x')\n"
CALLS = "import os\nfor n in range({count}):\n    os.chmod('f', 0o600)"
COUNT = 5_000


def seconds(argv: list[str], folder: Path, *, confined: bool) -> float:
    env = {**os.environ, "TMPDIR": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    launch = Launch(argv, folder, env, fence=Fence((folder,), is_strict=True) if confined else None)
    began = time.perf_counter()
    ended = supervise(launch, Limits(), lambda _: None, threading.Event(), lambda: False)
    assert ended.exit_code == 0, argv
    return time.perf_counter() - began


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "test_it.py").write_text(SUITE)
        (folder / "f").write_text("")
        loads = {
            "start": [sys.executable, "-I", "-S", "-c", ""],
            "suite": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"],
            "calls": [sys.executable, "-I", "-S", "-c", CALLS.format(count=COUNT)],
        }
        print(f"asks: {available().asks}; load {os.getloadavg()[0]:.1f}; medians of {rounds}")
        for name, argv in loads.items():
            found: dict[bool, list[float]] = {True: [], False: []}
            for _ in range(rounds):
                for confined in (True, False):
                    found[confined].append(seconds(argv, folder, confined=confined))
            with_fence, without = (statistics.median(found[each]) for each in (True, False))
            print(
                f"{name:6} {without * 1e3:7.1f} ms free, {with_fence * 1e3:7.1f} ms confined: {with_fence / without:.2f}"
            )
            if name == "calls":
                print(f"       {(with_fence - without) / COUNT * 1e6:.0f} µs a call that is looked at")


if __name__ == "__main__":
    main()
