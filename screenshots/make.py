"""Make every picture anew from the real program: `python screenshots/make.py [screens] [story] [log]`.

*screens* walks through the demo and saves each screen in three sizes and three themes; *story* records a whole session in a
real terminal (`story.cast`) and makes an animated picture of it (`story.svg`). Without a word, these two: some minutes.
*log*, beside *screens*, also keeps the walk's session for the tests that compare screens. Real runs happen in a scratch folder.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from stage import Camera, check_tells_nothing, hide_surroundings  # noqa: E402 - beside the tests, whose terminal it uses

KEPT_LOG = HERE.parent / "tests" / "tui" / "demo-session" / "log.jsonl"
SCRATCH = Path(tempfile.gettempdir(), "coach-demo")


def main() -> None:
    asked = sys.argv[1:] or ["screens", "story"]
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir()
    hide_surroundings(SCRATCH)
    if "screens" in asked:
        make_screens()
    if "log" in asked:
        keep_log()
    if "story" in asked:
        make_story()
    shutil.rmtree(SCRATCH, ignore_errors=True)


def make_screens() -> None:
    from gallery import write_gallery
    from screens import walk_through

    made = SCRATCH / "pictures"
    camera = Camera(made)
    asyncio.run(walk_through(SCRATCH, camera))
    for theme in made.iterdir():  # all of them, or none when the walk failed
        shutil.rmtree(HERE / theme.name, ignore_errors=True)
        shutil.move(theme, HERE / theme.name)
    write_gallery(HERE, camera.names)
    print(*sorted(camera.weak), sep="\n")
    print(f"{sum(map(len, camera.names.values())) * 3} pictures, {camera.bytes / 1e6:.1f} MB")


def keep_log() -> None:
    """Keep the first session of the walk, whose end is a verified fix."""
    logs = (SCRATCH / "state" / "sessions").glob("*/log.jsonl")
    text = min(logs, key=lambda log: log.stat().st_ctime).read_text(encoding="utf-8")
    check_tells_nothing(text, "the session")
    KEPT_LOG.parent.mkdir(exist_ok=True)
    KEPT_LOG.write_text(text, encoding="utf-8")


def make_story() -> None:
    from animation import animate
    from story import joined, record, shortened, write_cast

    cast = HERE / "story.cast"
    write_cast(shortened(joined(record(SCRATCH))), cast)
    animate(cast, cast.with_suffix(".svg"))
    print(
        f"story: {cast.stat().st_size / 1e6:.2f} MB, {cast.with_suffix('.svg').stat().st_size / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
