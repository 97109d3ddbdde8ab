"""Whether a module that could not be found is the project's own: then code lost it, and nothing is to be installed."""

from collections.abc import Callable, Mapping

from coach.core.transcripts.contents import Content

_PLACES = ("", "src/", "lib/", "tests/")


def is_own_module(module: str, written: Mapping[str, Content], content: Callable[[str], Content]) -> bool:
    """Say whether a top-level module stands in the project, as a file or a folder.

    Args:
        module: its name, without dots.
        written: the files that the session changed by then: path → content.
        content: the content of a path then, that of the commit the session began at included.

    """
    file, folder = f"{module}.py", f"{module}/"
    for path, text in written.items():
        is_named = f"/{path}".endswith(f"/{file}") or (f"/{folder}" in f"/{path}" and path.endswith(".py"))
        if is_named and text is not None:
            return True
    return any(
        isinstance(content(f"{place}{each}"), str)
        for place in _PLACES
        for each in (file, f"{folder}__init__.py")
    )
