"""Servers that several tests of a file fork from."""

from tests.engine.conftest import Ground

WITHOUT_OURS = " ".join(
    f"-p no:{name}"
    for name in (
        "hypothesispytest",
        "pytest_cov",
        "xdist",
        "xdist.looponfail",
        "rerunfailures",
        "asyncio",
        "anyio",
    )
)
"""Plugins of the environment the tests run in: importing them takes longer than a run."""


def write(laid: Ground, name: str, text: str) -> None:
    path = laid.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
