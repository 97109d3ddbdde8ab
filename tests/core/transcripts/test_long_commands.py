"""A command that runs longer than its host waits: what it printed later and how it ended belongs to it."""

import json

import pytest

from coach.core.transcripts.model import Ran
from coach.core.transcripts.reading import read_transcript
from tests.core.transcripts.samples import ROOT, lines

TEST = "python -m pytest -q tests"
BEGUN, ENDED = "collected 2 items\n\ntests/test_a.py .", "F\n1 failed, 1 passed in 31.20s"


def codex(*, is_over):
    def call(number, name, given):
        payload = {"type": "function_call", "name": name, "arguments": json.dumps(given), "call_id": number}
        return {"type": "response_item", "payload": payload}

    def answer(number, head, output):
        payload = {"type": "function_call_output", "call_id": number}
        return {
            "type": "response_item",
            "payload": {**payload, "output": f"Chunk ID: 1\n{head}\nOutput:\n{output}"},
        }

    running, over = "Process running with session ID 7", "Process exited with code 1"
    later = [call("c", "write_stdin", {"session_id": 7, "chars": ""}), answer("c", over, ENDED)]
    return lines(
        [
            {"type": "session_meta", "payload": {"cwd": ROOT}},
            call("a", "exec_command", {"cmd": TEST}),
            answer("a", running, BEGUN),
            call("b", "write_stdin", {"session_id": 7, "chars": ""}),
            answer("b", running, ""),
            *(later if is_over else []),
            call("d", "write_stdin", {"session_id": 8, "chars": ""}),
            answer("d", over, "of another process"),
        ]
    )


BUSY = {"exit_code": -1, "working_dir": ROOT, "suffix": "\n[The command has no new output after 10 seconds.]"}
REFUSED = {
    "exit_code": -1,
    "suffix": '\n[Your command "ls" is NOT executed. The previous command is still running - You CANNOT',
}


def openhands(*, is_over):
    events = []

    def happened(command, seen, metadata, **args):
        number = len(events)
        events.append({"id": number, "action": "run", "args": {"command": command, **args}})
        extras = {"metadata": metadata}
        events.append({"cause": number, "observation": "run", "content": seen, "extras": extras})

    happened(TEST, BEGUN, BUSY)
    happened("ls", "", REFUSED)
    happened("", "", BUSY, is_input=True)
    if is_over:
        happened("", ENDED, {"exit_code": 1, "working_dir": ROOT}, is_input=True)
    else:
        happened("C-c", "^C", {"exit_code": 130, "working_dir": ROOT}, is_input=True)
    return json.dumps(events).encode()


def openhands_sdk(*, is_over):
    events = []

    def happened(command, seen, metadata, *, is_input=False):
        number = f"t{len(events)}"
        action = {"kind": "TerminalAction", "command": command, "is_input": is_input}
        events.append({"kind": "ActionEvent", "tool_call_id": number, "action": action})
        answer = {
            "kind": "TerminalObservation",
            "content": [{"type": "text", "text": seen}],
            "metadata": metadata,
        }
        events.append({"kind": "ObservationEvent", "tool_call_id": number, "observation": answer})

    happened(TEST, BEGUN, BUSY)
    happened("C-c", "", REFUSED)
    if is_over:
        happened("", ENDED, {"exit_code": 1, "working_dir": ROOT}, is_input=True)
    # A file of results: one history a line.
    return lines([{"instance_id": "a", "history": events}, {"instance_id": "b", "history": events[:2]}])


def claude_code(*, is_over):
    def call(number, name, given):
        use = {"type": "tool_use", "id": number, "name": name, "input": given}
        return {
            "type": "assistant",
            "uuid": f"a{number}",
            "message": {"role": "assistant", "content": [use]},
        }

    def answer(number, said, beside):
        result = {"type": "tool_result", "tool_use_id": number, "content": said}
        message = {"role": "user", "content": [result]}
        return {"type": "user", "uuid": f"u{number}", "message": message, "toolUseResult": beside}

    told = "<status>completed</status>\n\n<exit_code>1</exit_code>\n\n<output>\n{}\n</output>"
    later = [call("c", "TaskOutput", {"task_id": "b5"}), answer("c", told.format(f"{BEGUN}\n{ENDED}"), None)]
    return lines(
        [
            call("a", "Bash", {"command": TEST, "run_in_background": True}),
            answer(
                "a", "Command running in background with ID: b5.", {"stdout": "", "backgroundTaskId": "b5"}
            ),
            call("b", "TaskOutput", {"task_id": "b5"}),
            answer(
                "b",
                "<status>running</status>",
                {"task": {"task_id": "b5", "status": "running", "output": "", "exitCode": None}},
            ),
            *(later if is_over else []),
        ]
    )


FORMATS = [codex, openhands, openhands_sdk, claude_code]


@pytest.mark.parametrize("made", FORMATS)
def test_a_command_has_all_it_printed_and_the_code_it_ended_with(made):
    runs = [each.action for each in read_transcript("x", made(is_over=True)).steps]
    assert [(each.command, each.exit_code) for each in runs if isinstance(each, Ran)] == [(TEST, 1)]
    assert "collected 2 items" in runs[0].output
    assert runs[0].output.endswith(ENDED)
    assert not runs[0].is_ended_early
    assert not runs[0].is_cut


@pytest.mark.parametrize("made", FORMATS)
def test_a_command_that_was_never_seen_to_end_has_no_code(made):
    (run,) = [each.action for each in read_transcript("x", made(is_over=False)).steps]
    assert (run.command, run.exit_code) == (TEST, None)
    assert run.is_ended_early or run.is_cut


def test_what_the_shell_did_not_take_and_further_histories_are_counted():
    lacks = {each.what: each.count for each in read_transcript("x", openhands_sdk(is_over=True)).lacks}
    assert lacks == {
        "further histories in the file": 1,
        "commands that the shell did not take, since another one was running": 1,
    }


def test_a_command_that_the_person_stopped_has_no_outcome():
    call = {"type": "function_call", "name": "shell_command", "call_id": "a"}
    answer = {
        "type": "function_call_output",
        "call_id": "a",
        "output": "Wall time: 9.0 seconds\naborted by user",
    }
    records = [
        {"type": "session_meta", "payload": {"cwd": ROOT}},
        {"type": "response_item", "payload": {**call, "arguments": json.dumps({"command": TEST})}},
        {"type": "response_item", "payload": answer},
    ]
    (run,) = [each.action for each in read_transcript("x", lines(records)).steps]
    assert (run.command, run.exit_code, run.is_ended_early) == (TEST, None, True)
