"""A team's own wording of an export: a Jinja2 template in the project, rendered in a sandbox. Needs ``coach[templates]``.

A template gets ``title``, ``header`` (lines), ``rule`` (how to read evidence) and ``sections``, each with ``key``,
``title`` and ``text``. The text is fenced and redacted already; a template decides what stands around it, and in
which order. The budget is kept with the template's own words counted.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from coach.core.export.blocks import Document
from coach.core.export.render import evidence_rule, header_lines, section_text
from coach.errors import UsageError
from coach.regular_files import read_text, reason

MAX_BYTES = 200_000


def load_template(path: Path) -> Callable[[Document], str]:
    """Return a renderer. Raises UsageError for a template that cannot be read, or a missing extra."""
    try:
        from jinja2 import StrictUndefined, TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        raise UsageError("templates are not installed", do="pip install 'debug-coach[templates]'") from None
    try:
        source = read_text(path, MAX_BYTES)
        # Plain text, not HTML: what could harm was made visible before, and fences must stay as they are.
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
        template = environment.from_string(source)
    except (OSError, TemplateError, RecursionError) as error:
        raise UsageError(f"{path.name} cannot be used as a template", why=reason(error)) from None

    def render(document: Document) -> str:
        try:
            return str(template.render(**_words(document)))
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise UsageError(f"{path.name} does not render", why=str(error)) from None

    return render


def _words(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "header": header_lines(document),
        "rule": evidence_rule(document.mark),
        "sections": [
            {"key": each.key, "title": each.title, "text": section_text(each, document.mark)}
            for each in document.sections
        ],
    }
