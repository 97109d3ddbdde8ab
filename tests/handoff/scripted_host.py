"""A host of assistants without a model: it fires hooks as Claude Code, Codex and Cursor document it, and hears what they would hear.

A hook is the real ``coach`` process; the host knows nothing of coach but the command line.
"""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Heard:
    """What a host makes of one hook: an edit or an end refused, a text for the model, an error shown to the person."""

    refused: str = ""
    told: str = ""
    error: str = ""


class ScriptedHost:
    """One conversation of a host in the project of a shop."""

    def __init__(self, shop, host):
        self.shop, self.host = shop, host
        self._common = {"session_id": "s1", "transcript_path": None, "cwd": str(shop.root), "model": "none"}
        if host == "cursor":
            self._common |= {
                "conversation_id": "c1",
                "generation_id": "g1",
                "cursor_version": "3.0.0",
                "workspace_roots": [str(shop.root)],
            }

    def fire(self, event, **fields):
        """Fire one hook and return what the host hears; exit codes as documented: 0 read JSON, 2 refuse, others ignored."""
        said = json.dumps({**self._common, "hook_event_name": event, **fields})
        done = self.shop.coach("hook", self.host, event, stdin=said)
        if done.returncode == 2:
            return Heard(refused=done.stderr)
        if done.returncode:
            return Heard(error=done.stderr)
        answer = json.loads(done.stdout) if done.stdout.strip() else {}
        return self._cursor(answer) if self.host == "cursor" else self._claude(event, answer)

    def _claude(self, event, answer):
        assert set(answer) <= {"hookSpecificOutput", "decision", "reason"}, answer
        own = answer.get("hookSpecificOutput", {})
        assert own.get("hookEventName", event) == event
        refused = own.get("permissionDecisionReason", "") if own.get("permissionDecision") == "deny" else ""
        if answer.get("decision") == "block":
            refused = answer["reason"]
        return Heard(refused=refused, told=own.get("additionalContext", ""))

    def _cursor(self, answer):
        refused = answer.get("agent_message", "") if answer.get("permission") == "deny" else ""
        return Heard(answer.get("followup_message", refused), answer.get("additional_context", ""))

    def begin(self):
        """Tell that the person has asked for something."""
        return self.fire(
            "beforeSubmitPrompt" if self.host == "cursor" else "UserPromptSubmit", prompt="mend it"
        )

    def before_edit(self, path):
        """Announce an edit by the host's own tool."""
        if self.host == "codex":
            patch = f"*** Begin Patch\n*** Update File: {path}\n@@\n-a\n+b\n*** End Patch"
            return self.fire("PreToolUse", tool_name="apply_patch", tool_input={"command": patch})
        name = "preToolUse" if self.host == "cursor" else "PreToolUse"
        asked = {"file_path": str(self.shop.root / path), "old_string": "a", "new_string": "b"}
        return self.fire(name, tool_name="Write" if self.host == "cursor" else "Edit", tool_input=asked)

    def after_shell(self, command="sed -i s/a/b/ cart.py", *, failed=False):
        """Tell that a shell command has ended."""
        tool = "Shell" if self.host == "cursor" else "Bash"
        name = "postToolUse" if self.host == "cursor" else "PostToolUse"
        name += "Failure" if failed else ""
        return self.fire(name, tool_name=tool, tool_input={"command": command})

    def end(self, *, again=False):
        """Tell that the turn is to end; ``again``: it goes on only because a hook refused that before."""
        if self.host == "cursor":
            return self.fire("stop", status="completed", loop_count=int(again))
        return self.fire("Stop", stop_hook_active=again, last_assistant_message="done")

    def compact(self):
        """Summarise the conversation, and go on with the next tool."""
        if self.host == "cursor":
            self.fire("preCompact", trigger="auto")
            return self.after_shell("ls")
        return self.fire("SessionStart", source="compact")
