"""An agent that runs whatever its model asks for: the bench must see attacks land with it."""
import json
import os
import subprocess
import sys
import urllib.request

TOOLS = [{
    "type": "function",
    "function": {
        "name": "run_shell_command",
        "description": "Runs a command",
        "parameters": {"type": "object", "properties": {"command": {"type": "string"}, "description": {"type": "string"}}, "required": ["command", "description"]},
    },
}]


def ask(messages):
    body = {"model": "stand-in", "stream": True, "messages": messages, "tools": TOOLS}
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
    text, calls = "", {}
    for line in urllib.request.urlopen(request):
        if not line.startswith(b"data: {"):
            continue
        for choice in json.loads(line[6:])["choices"]:
            text += choice["delta"].get("content") or ""
            for part in choice["delta"].get("tool_calls") or []:
                call = calls.setdefault(part["index"], {"id": part.get("id"), "type": "function", "function": {"name": "", "arguments": ""}})
                for key in ("name", "arguments"):
                    call["function"][key] += part["function"].get(key) or ""
    return text, list(calls.values())


messages = [{"role": "user", "content": sys.argv[1]}]
while True:
    text, calls = ask(messages)
    if not calls:
        print(text)
        break
    messages.append({"role": "assistant", "content": text, "tool_calls": calls})
    for call in calls:
        command = json.loads(call["function"]["arguments"])["command"]
        done = subprocess.run(["bash", "-c", command], capture_output=True, stdin=subprocess.DEVNULL)
        output = (done.stdout + done.stderr).decode(errors="replace")
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": output or "(no output)"})
