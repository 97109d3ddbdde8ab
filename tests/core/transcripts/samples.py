"""One small transcript of every format, and what they have in common: a file is made, tested red, mended, tested green."""

import json

OLD, NEW = "def half(n):\n    return n / 3\n", "def half(n):\n    return n / 2\n"
RED, GREEN = "1 failed in 0.01s", "1 passed in 0.01s"
TEST = "python -m pytest -q test_half.py"
MADE = f"cat > half.py <<'EOF'\n{OLD}EOF"
PATCH = "*** Begin Patch\n*** Update File: half.py\n@@ def half(n):\n-    return n / 3\n+    return n / 2\n*** End Patch"
ROOT = "/work/project"


def lines(records):
    return "\n".join(json.dumps(each) for each in records).encode()


def claude_code():
    def assistant(number, name, given):
        content = [
            {"type": "text", "text": "Now this."},
            {"type": "tool_use", "id": f"t{number}", "name": name, "input": given},
        ]
        message = {"role": "assistant", "model": "model-x", "content": content}
        return {
            "type": "assistant",
            "uuid": f"a{number}",
            "cwd": ROOT,
            "timestamp": f"2026-01-02T03:04:0{number}.000Z",
            "message": message,
            "isSidechain": number == 1,
        }

    def user(number, said, beside, *, failed=False):
        answer = {"type": "tool_result", "tool_use_id": f"t{number}", "content": said, "is_error": failed}
        message = {"role": "user", "content": [answer]}
        at = f"2026-01-02T03:04:0{number}.500Z"
        return {
            "type": "user",
            "uuid": f"u{number}",
            "cwd": ROOT,
            "timestamp": at,
            "message": message,
            "toolUseResult": beside,
        }

    path = f"{ROOT}/half.py"
    hunk = {"oldStart": 1, "lines": [" def half(n):", "-    return n / 3", "+    return n / 2"]}
    edit = {"file_path": path, "old_string": "n / 3", "new_string": "n / 2"}
    return lines(
        [
            {"type": "summary", "summary": "Halves", "leafUuid": "u5"},
            {"type": "user", "uuid": "p", "cwd": ROOT, "message": {"role": "user", "content": "mend it"}},
            assistant(1, "Write", {"file_path": path, "content": OLD}),
            user(
                1, "File created", {"type": "create", "filePath": path, "content": OLD, "originalFile": None}
            ),
            assistant(2, "Bash", {"command": TEST}),
            user(2, f"Exit code 1\n{RED}", f"Error: Exit code 1\n{RED}", failed=True),
            assistant(3, "Edit", {**edit, "old_string": "n / 4"}),
            user(3, "String to replace not found", "Error", failed=True),
            assistant(4, "Edit", edit),
            user(
                4,
                "done",
                {"filePath": path, "originalFile": OLD, "structuredPatch": [hunk], "userModified": False},
            ),
            assistant(5, "Bash", {"command": TEST}),
            user(5, GREEN, {"stdout": GREEN, "stderr": "", "interrupted": False}),
            user(5, GREEN, {"stdout": GREEN, "stderr": "", "interrupted": False}),
        ]
    )


def codex():
    def call(number, name, given):
        payload = {
            "type": "function_call",
            "name": name,
            "arguments": json.dumps(given),
            "call_id": f"c{number}",
        }
        return {"timestamp": f"2026-01-02T03:04:0{number}Z", "type": "response_item", "payload": payload}

    def answer(number, output):
        payload = {"type": "function_call_output", "call_id": f"c{number}", "output": output}
        return {"timestamp": f"2026-01-02T03:04:0{number}Z", "type": "response_item", "payload": payload}

    wrapped = json.dumps({"output": RED, "metadata": {"exit_code": 1, "duration_seconds": 0.5}})
    patch = {"type": "custom_tool_call", "name": "apply_patch", "input": PATCH, "call_id": "c3"}
    done = {
        "type": "custom_tool_call_output",
        "call_id": "c3",
        "output": "Success. Updated the following files:\nM half.py",
    }
    text = f"Chunk ID: 1\nWall time: 0.25 seconds\nProcess exited with code 0\nOutput:\n{GREEN}"
    return lines(
        [
            {"type": "session_meta", "payload": {"id": "1", "cwd": ROOT, "git": {"commit_hash": "a" * 40}}},
            {"type": "turn_context", "payload": {"model": "model-y", "cwd": ROOT}},
            call(1, "shell", {"command": ["bash", "-lc", MADE], "workdir": ROOT}),
            answer(1, json.dumps({"output": "", "metadata": {"exit_code": 0}})),
            call(2, "shell", {"command": ["bash", "-lc", TEST], "workdir": ROOT}),
            answer(2, wrapped),
            {"type": "response_item", "payload": patch},
            {"type": "response_item", "payload": done},
            call(4, "exec_command", {"cmd": TEST}),
            answer(4, text),
        ]
    )


def codex_events():
    """A script of the assistant ran the commands: only events tell of them."""

    def event(number, **fields):
        at = f"2026-01-02T03:04:0{number}Z"
        return {"timestamp": at, "type": "event_msg", "payload": {"call_id": f"e{number}", **fields}}

    def ran(number, command, code, output):
        words = ["/bin/bash", "-lc", command]
        known = {"command": words, "cwd": ROOT, "exit_code": code, "aggregated_output": output}
        return event(number, type="exec_command_end", **known)

    change = {
        "type": "update",
        "unified_diff": "@@ -1,2 +1,2 @@\n def half(n):\n-    return n / 3\n+    return n / 2\n",
    }
    return lines(
        [
            {"type": "session_meta", "payload": {"id": "1", "cwd": ROOT}},
            {
                "type": "response_item",
                "payload": {"type": "custom_tool_call", "name": "exec", "input": "x", "call_id": "c1"},
            },
            event(
                1, type="patch_apply_end", success=True, changes={"half.py": {"type": "add", "content": OLD}}
            ),
            ran(2, TEST, 1, RED),
            event(3, type="patch_apply_end", success=True, changes={f"{ROOT}/half.py": change}),
            ran(4, TEST, 0, GREEN),
        ]
    )


def codex_bare():
    given = {"command": ["apply_patch", PATCH.replace("Update", "Update")]}
    made = {"command": ["bash", "-lc", MADE]}
    records = [{"id": "1", "timestamp": "2025-06-01T00:00:00Z", "instructions": None}]
    for number, each in enumerate([made, {"command": TEST.split()}, given, {"command": TEST.split()}]):
        code = int(number == 1)
        metadata = {"exit_code": code, "duration_seconds": 0.1}
        output = json.dumps(
            {"output": [*"", RED, GREEN][1 - code] if number % 2 else "", "metadata": metadata}
        )
        records.append(
            {"type": "function_call", "name": "shell", "arguments": json.dumps(each), "call_id": f"c{number}"}
        )
        records.append({"type": "function_call_output", "call_id": f"c{number}", "output": output})
    return lines(records)


def mini_swe_agent():
    def turn(command, code, output):
        return [
            {"role": "assistant", "content": f"THOUGHT: so.\n\n```bash\n{command}\n```"},
            {"role": "user", "content": f"<returncode>{code}</returncode>\n<output>\n{output}</output>"},
        ]

    sed = "sed -i 's|n / 3|n / 2|' half.py"
    messages = [
        {"role": "system", "content": "One command."},
        {"role": "user", "content": "Halves are wrong."},
    ]
    for each in ((MADE, 0, ""), (TEST, 1, RED), (sed, 0, ""), (TEST, 0, GREEN)):
        messages += turn(*each)
    messages.append({"role": "assistant", "content": "```bash\necho DONE && git add -A\n```"})
    environment = {"cwd": ROOT}
    config = {"environment": environment, "model": {"model_name": "model-z"}}
    info = {"exit_status": "Submitted", "submission": "", "mini_version": "1", "config": config}
    return json.dumps({"info": info, "messages": messages, "trajectory_format": "mini-swe-agent-1"}).encode()


def swe_agent():
    def step(action, observation, opened="n/a"):
        state = json.dumps({"open_file": opened, "working_dir": ROOT})
        return {"action": action, "observation": observation, "response": "", "thought": "so", "state": state}

    path = f"{ROOT}/half.py"
    window = f"[File: {path} (2 lines total)]\n1:def half(n):\n2:    return n / 3\n"
    mended = window.replace("/ 3", "/ 2") + "File updated. Please review the changes."
    refused = "Your proposed edit has introduced new syntax error(s)."
    trajectory = [
        step("create half.py\n", f"[File: {path} (1 lines total)]\n1:\n"),
        step(f"edit 1:1\n{OLD}end_of_edit\n", f"{window}File updated.", path),
        step(TEST, RED, path),
        step("edit 2:2\n    return (n / 2\nend_of_edit\n", refused, path),
        step("edit 2:2\n    return n / 2\nend_of_edit\n", mended, path),
        step(TEST, GREEN, path),
        step("submit\n", "", path),
    ]
    return json.dumps({"environment": "main", "trajectory": trajectory, "history": [], "info": {}}).encode()


def swe_agent_1():
    def step(action, observation):
        return {
            "action": action,
            "observation": observation,
            "response": "",
            "state": {"working_dir": ROOT},
            "execution_time": 0.5,
        }

    path = f"{ROOT}/half.py"
    replace = f"str_replace_editor str_replace {path} --old_str 'n / 3' --new_str 'n / 2'"
    trajectory = [
        step(
            f"str_replace_editor create {path} --file_text '{OLD}'", f"File created successfully at: {path}"
        ),
        step(TEST, RED),
        step(replace, f"The file {path} has been edited."),
        step(TEST, GREEN),
    ]
    config = json.dumps({"env": {"repo": {"base_commit": "b" * 40}}})
    return json.dumps({"trajectory": trajectory, "info": {}, "replay_config": config}).encode()


def openhands():
    path = f"{ROOT}/half.py"
    events = [{"id": 0, "source": "user", "action": "message", "args": {"content": "mend it"}}]

    def pair(action, args, observation, content, extras):
        number = len(events)
        events.append(
            {"id": number, "timestamp": f"2026-01-02T03:04:{number:02}", "action": action, "args": args}
        )
        events.append(
            {
                "id": number + 1,
                "cause": number,
                "observation": observation,
                "content": content,
                "extras": extras,
            }
        )

    def run(output, code):
        pair("run", {"command": TEST}, "run", output, {"metadata": {"exit_code": code, "working_dir": ROOT}})

    pair("run", {"command": "pwd"}, "run", ROOT, {"metadata": {"exit_code": 0, "working_dir": ROOT}})
    create = {"path": path, "command": "create", "file_text": OLD}
    pair("edit", create, "edit", f"File created successfully at: {path}", {})
    run(RED, 1)
    whole = {"path": path, "old_content": OLD, "new_content": NEW, "prev_exist": True}
    pair("edit", {"path": path, "command": "str_replace"}, "edit", "has been edited", whole)
    run(GREEN, 0)
    return json.dumps({"instance_id": "halves", "history": events, "metadata": {}}).encode()


def openhands_sdk():
    path = f"{ROOT}/half.py"
    events = []

    def pair(action, observation):
        call = f"c{len(events)}"
        events.append({"kind": "ActionEvent", "tool_call_id": call, "action": action, "thought": []})
        content = [{"type": "text", "text": observation.pop("text", "")}]
        events.append(
            {
                "kind": "ObservationEvent",
                "tool_call_id": call,
                "observation": {"content": content, **observation},
            }
        )

    def run(command, output, code):
        terminal = {"kind": "TerminalAction", "command": command}
        pair(terminal, {"text": output, "exit_code": code, "metadata": {"working_dir": ROOT}})

    run("pwd", ROOT, 0)
    editor = {"kind": "FileEditorAction", "path": path}
    pair({**editor, "command": "create", "file_text": OLD}, {"text": f"File created successfully at: {path}"})
    run(TEST, RED, 1)
    pair(
        {**editor, "command": "str_replace", "old_str": "/ 3", "new_str": "/ 2"},
        {"text": f"The file {path} has been edited."},
    )
    run(TEST, GREEN, 0)
    return json.dumps(events).encode()


def vorflux():
    def call(tool, given, result):
        return {
            "type": "tool_call",
            "tool": tool,
            "timestamp": "2026-01-02 03:04:05.5",
            "arguments": given,
            "result": result,
        }

    def run(command, output, code):
        result = {"stdout": output, "stderr": "", "exitCode": code, "outputExceededThreshold": False}
        return call("bash_execute", {"command": command}, result)

    edit = {"filePath": f"{ROOT}/half.py", "old_string": "n / 3", "new_string": "n / 2"}
    prompt = [{"role": "user", "content": f"cd {ROOT} && git checkout -B fix {'c' * 40}"}]
    return json.dumps(
        {
            "instance_id": "halves",
            "trajectory": [
                {"type": "llm_call", "output": {"content": "So."}, "task_prompt": prompt},
                call(
                    "write_file",
                    {"filePath": f"{ROOT}/half.py", "content": OLD},
                    "Successfully wrote new file",
                ),
                run(TEST, RED, 1),
                call("edit_file", edit, "Successfully edited file"),
                run(TEST, GREEN, 0),
            ],
        }
    ).encode()


def aider():
    return f"""
# aider chat started at 2026-01-02 03:04:05

> Main model: model-w with diff edit format
> Git repository created in {ROOT}

#### make half.py

half.py
```python
<<<<<<< SEARCH
=======
{OLD}>>>>>>> REPLACE
```

> Applied edit to half.py
> Commit 1234567 feat: halves

#### /run {TEST}
> {RED}
> Add 0.1k tokens of command output to the chat? (Y)es/(N)o [Yes]: y

half.py
```python
<<<<<<< SEARCH
    return n / 3
=======
    return n / 2
>>>>>>> REPLACE
```

> Applied edit to half.py
> Commit 1234568 fix: halves

#### /test {TEST}
> {GREEN}
""".encode()


SAMPLES = {
    "Claude Code": claude_code,
    "Codex": codex,
    "Codex, bare": codex_bare,
    "Codex, events": codex_events,
    "mini-swe-agent": mini_swe_agent,
    "SWE-agent": swe_agent,
    "SWE-agent, 1.x": swe_agent_1,
    "OpenHands": openhands,
    "OpenHands SDK": openhands_sdk,
    "Vorflux": vorflux,
    "aider": aider,
}
"""Name of the format → a function that returns the bytes of such a transcript."""
