"""What whoever plays is asked, in words: no more than that there is a bug, and how it shows. How to work is for the guidance."""

from coach.core.base.text import safe, safe_line
from coach.core.drill.drill import Drill
from coach.core.drill.guidance import Guidance

MAX_SYMPTOMS = 3


def task_of(drill: Drill, guidance: Guidance, *, is_person: bool = False) -> str:
    """Return the task as Markdown, with the rules where the guidance is some. A person says in the session what the cause was."""
    lines = ["## Task", "", *_asked(drill), *([] if is_person else ["", *_to_say(guidance)])]
    if guidance.kind == "rules":
        lines += ["", "## Rules", "", safe(guidance.text).strip()]
    return "\n".join(lines) + "\n"


def _asked(drill: Drill) -> list[str]:
    if not drill.held:
        return [
            f"The test `{safe_line(drill.shown)}` fails. Find the cause in the code of this project, and fix it here."
        ]
    symptoms = [
        f"- {safe_line(each.exception)}: {safe_line(each.message, limit=300)}"
        for each in drill.noticed[:MAX_SYMPTOMS]
    ]
    return [
        "Something in the code of this project is wrong, and no test here notices it. It shows as:",
        "",
        *dict.fromkeys(symptoms),
        "",
        "Find the cause and fix it. Write a test that fails without your fix and passes with it.",
    ]


def _to_say(guidance: Guidance) -> list[str]:
    lines = ["When you are done, say where the cause was, in one line: `cause: FILE FUNCTION`."]
    if guidance.kind != "none":
        lines.append("Where you are told to stop and ask, write one line `ask: QUESTION`, and end.")
    return lines
