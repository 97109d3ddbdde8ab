"""Write the page that shows every picture: GitHub shows it below the list of this folder's files."""

from pathlib import Path

from coach.tui import themes

TOP = """\
# Every screen of coach

Made by the program itself, on the demo, with real runs: `just screenshots` renews all of this, this page included. Below, each screen is
shown at 120×38 in the dark theme, or at its only size; the links lead to the other sizes and themes.

![The whole story](story.svg)

The whole story, as recorded in a terminal; waiting is shortened, the times that the screen shows are not. `asciinema play story.cast`
plays it in yours.
"""
SHOWN = (120, 38)
THEMES = [theme.name.removeprefix("coach-") for theme in themes.ALL]

Size = tuple[int, int]


def write_gallery(folder: Path, names: dict[str, list[Size]]) -> None:
    """Write ``README.md`` into the folder of the pictures: ``names`` are the screens in order, and the sizes of each."""
    parts = [TOP]
    for name, sizes in names.items():
        words = name.replace("-", " ")
        first = SHOWN if SHOWN in sizes else sizes[0]
        links = " · ".join(
            f"{size[0]}×{size[1]} "
            + ", ".join(f"[{theme}]({path_of(theme, size, name)})" for theme in THEMES)
            for size in sizes
        )
        parts.append(f"## {words.capitalize()}\n\n![{words}]({path_of(THEMES[0], first, name)})\n\n{links}\n")
    folder.joinpath("README.md").write_text("\n".join(parts), encoding="utf-8")


def path_of(theme: str, size: Size, name: str) -> str:
    """Return where a picture lies, from the folder of all pictures on."""
    return f"{theme}/{size[0]}x{size[1]}/{name}.svg"
