"""Which files are code, by their names: what somebody writes, and no run does."""

import os

CODE = frozenset(
    (
        *(
            ".py",
            ".pyi",
            ".pyx",
            ".js",
            ".jsx",
            ".mjs",
            ".cjs",
            ".ts",
            ".tsx",
            ".mts",
            ".cts",
            ".vue",
            ".svelte",
            ".go",
        ),
        *(
            ".rs",
            ".c",
            ".h",
            ".cc",
            ".cpp",
            ".cxx",
            ".hpp",
            ".hh",
            ".java",
            ".kt",
            ".kts",
            ".scala",
            ".clj",
            ".cs",
            ".fs",
        ),
        *(
            ".rb",
            ".php",
            ".pl",
            ".pm",
            ".t",
            ".lua",
            ".ex",
            ".exs",
            ".erl",
            ".hs",
            ".ml",
            ".swift",
            ".dart",
            ".r",
            ".jl",
        ),
        *(
            ".sh",
            ".bash",
            ".zsh",
            ".fish",
            ".ps1",
            ".zig",
            ".nix",
            ".proto",
            ".graphql",
            ".j2",
            ".jinja",
            ".jinja2",
        ),
        *(".tmpl", ".tpl", ".mustache", ".hbs", ".erb", ".html", ".htm", ".css", ".scss", ".less"),
    )
)
DATA = frozenset(
    (
        *(
            ".toml",
            ".cfg",
            ".ini",
            ".json",
            ".jsonl",
            ".yaml",
            ".yml",
            ".txt",
            ".csv",
            ".tsv",
            ".sql",
            ".xml",
            ".md",
        ),
        *(".rst", ".mk", ".cmake", ".gradle", ".mod", ".sum", ".snap", ".feature"),
    )
)
NAMES = frozenset(
    {"Makefile", "GNUmakefile", "makefile", "Dockerfile", "Rakefile", "Gemfile", "justfile", "Justfile"}
)


def suffix_of(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - a name, asked thousands of times


def is_code(name: str) -> bool:
    """Whether a file holds code, of any language."""
    return suffix_of(name) in CODE or name.rpartition("/")[2] in NAMES


def is_text(name: str) -> bool:
    """Whether a file holds text that people write: code, settings, data."""
    return is_code(name) or suffix_of(name) in DATA
