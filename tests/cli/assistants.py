"""One small piece of work with an assistant, as four tools record it."""

import json

ROOT = "/home/me/shop"
SHOP = "def total(items):\n    return len(items)\n"
TEST = "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
FILES = {"shop.py": SHOP, "tests/test_shop.py": TEST}

RUN = "python -m pytest -q tests/test_shop.py 2>&1 | tail -4"
FAILED = "FAILED tests/test_shop.py::test_total - assert {} == 3\n1 failed in 0.02s"
STORY = (
    ("run", RUN, FAILED.format(2), 0),
    ("edit", "shop.py", "len(items)", "len(items) + 2"),
    ("run", RUN, FAILED.format(4), 0),
    ("run", "python repro.py", "4", 0),
    ("edit", "shop.py", "len(items) + 2", "sum(items)"),
    ("run", RUN, "1 passed in 0.02s", 0),
)
"""``run`` command, output, exit code; ``edit`` path, old text, new text."""


def _lines(records):
    return "".join(f"{json.dumps(each)}\n" for each in records)


def _stamp(index):
    return f"2026-03-01T10:00:{index:02d}.000Z"


def claude_code(story=STORY):
    """JSON lines; the whole file stands beside each edit, so that its content is known without a repository."""
    files = dict(FILES)
    records = [_claude("user", 0, "Make the total right.", uuid="u0")]
    for index, (kind, first, second, third) in enumerate(story, start=1):
        if kind == "run":
            given, told = {"command": first}, {"stdout": second, "stderr": "", "interrupted": False}
        else:
            given = {"file_path": f"{ROOT}/{first}", "old_string": second, "new_string": third}
            told = {
                "filePath": f"{ROOT}/{first}",
                "oldString": second,
                "newString": third,
                "originalFile": files[first],
            }
            files[first] = files[first].replace(second, third)
        name = "Bash" if kind == "run" else "Edit"
        call = {"type": "tool_use", "id": f"t{index}", "name": name, "input": given}
        answer = {
            "type": "tool_result",
            "tool_use_id": f"t{index}",
            "content": second if kind == "run" else "done",
        }
        records += [
            _claude("assistant", 2 * index, [call]),
            _claude("user", 2 * index + 1, [answer], toolUseResult=told),
        ]
    return _lines(records)


def _claude(kind, index, content, **more):
    message = {"role": kind, "content": content} | ({"model": "made-up-1"} if kind == "assistant" else {})
    base = {"type": kind, "sessionId": "s", "cwd": ROOT, "uuid": f"{kind}{index}", "timestamp": _stamp(index)}
    return base | {"message": message} | more


def codex(story=STORY):
    """A rollout; edits are patches."""
    records = [
        {"type": "session_meta", "timestamp": _stamp(0), "payload": {"cwd": ROOT, "timestamp": _stamp(0)}}
    ]
    for index, (kind, first, second, third) in enumerate(story, start=1):
        if kind == "run":
            name, given = "shell", {"command": ["bash", "-lc", first], "workdir": ROOT}
            answer = {"output": second, "metadata": {"exit_code": third, "duration_seconds": 0.5}}
        else:
            old, new = f"    return {second}", f"    return {third}"
            patch = f"*** Begin Patch\n*** Update File: {first}\n@@\n-{old}\n+{new}\n*** End Patch"
            name, given = "apply_patch", {"input": patch}
            answer = {"output": "Success. Updated the following files", "metadata": {"exit_code": 0}}
        call = {"type": "function_call", "name": name, "arguments": json.dumps(given), "call_id": f"c{index}"}
        output = {"type": "function_call_output", "call_id": f"c{index}", "output": json.dumps(answer)}
        head = {"type": "response_item", "timestamp": _stamp(index)}
        records += [{**head, "payload": payload} for payload in (call, output)]
    return _lines(records)


def mini_swe_agent(story=STORY):
    """Messages with one command each; edits are commands too."""
    messages = [
        {"role": "system", "content": "One command."},
        {"role": "user", "content": "Make the total right."},
    ]
    for kind, first, second, third in story:
        command = first if kind == "run" else f"sed -i 's/{second}/{third}/' {first}"
        output, code = (second, third) if kind == "run" else ("", 0)
        messages.append({"role": "assistant", "content": f"Now:\n```bash\n{command}\n```"})
        messages.append(
            {"role": "user", "content": f"<returncode>{code}</returncode>\n<output>\n{output}\n</output>"}
        )
    config = {"environment": {"cwd": ROOT}, "model": {"model_name": "made-up-1"}}
    info = {"exit_status": "Limits", "submission": "", "mini_version": "1.0", "config": config}
    return json.dumps({"info": info, "messages": messages, "trajectory_format": "mini-swe-agent-1"})


def vorflux(story=STORY):
    """Typed calls with exit codes and times."""
    entries = []
    for index, (kind, first, second, third) in enumerate(story, start=1):
        if kind == "run":
            arguments = {"command": f"cd {ROOT} && {first}"}
            tool, result = "bash_execute", {"stdout": second, "stderr": "", "exitCode": third}
        else:
            arguments = {"filePath": f"{ROOT}/{first}", "old_string": second, "new_string": third}
            tool, result = "edit_file", "Successfully edited"
        stamp = f"2026-03-01 10:00:{index:02d}.5"
        entries.append(
            {"type": "tool_call", "tool": tool, "timestamp": stamp, "arguments": arguments, "result": result}
        )
    return json.dumps({"instance_id": "me__shop-1", "session_id": "s", "trajectory": entries})


FORMATS = {"claude": claude_code, "codex": codex, "mini": mini_swe_agent, "vorflux": vorflux}
