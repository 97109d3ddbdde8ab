"""Hooks of the site's builder: the pages beside ``docs/`` become part of the site, and no page loads anything from elsewhere.

README, ARCHITECTURE and their like stay in the repository's root, where people look for them, and their links lead to files of
the repository. On the site all pages share one folder, so the links lose the part that leads into or out of ``docs/``.
"""

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "changelog.d/README.md",
    "screenshots/README.md",
)
_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video)\b[^>]*\bsrc=["']?(?:https?:)?//[^>]*>"""
    r"""|<link\b(?=[^>]*rel=["']?(?:stylesheet|preconnect|preload|icon))[^>]*href=["']?(?:https?:)?//[^>]*>""",
    re.IGNORECASE,
)


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and pictures that lie beside ``docs/``."""
    for path in [ROOT / name for name in PAGES] + sorted((ROOT / "screenshots").rglob("*.svg")):
        files.append(File.generated(config, path.relative_to(ROOT).as_posix(), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links that lead from the root into ``docs/``, or out of it, lead to where their pages are on the site."""
    if page.file.src_uri in PAGES:
        return markdown.replace("](docs/", "](")
    up = "../" * page.file.src_uri.count("/")
    outside = "|".join(map(re.escape, PAGES))
    return re.sub(rf"\]\({up}\.\./(?=(?:{outside}|screenshots/))", f"]({up}", markdown)


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Refuse a page that a browser could not show without the network."""
    if found := _LOADED.search(output):
        raise PluginError(f"{page.file.src_uri} would load from elsewhere: {found.group()[:200]}")
    return output
