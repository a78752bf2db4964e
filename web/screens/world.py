"""The scripted model of the screenshots: what each model answers, a reply a step. Printed as JSON for the fake provider."""
import json

GATEWAY = """The gateway keeps **one rule** for every side effect: it is planned, judged, asked if need be, and only then done.

### How a call travels

1. `ToolCallRunner` plans it and says what it would touch
2. `PolicySet` asks every layer; *the strictest decision wins*
3. `ApprovalDesk` stores the question, announces it, and waits

```csharp
public sealed record ToolCall(string Name, JsonElement Args)
{
    // Ordered mildest to strictest, so the strictest match is the maximum.
    public bool NeedsApproval => Policy.Evaluate(Name) is Decision.Ask;
}
```

| Layer | Says | Can loosen |
| --- | --- | --- |
| floor | secrets are denied | no |
| mode | what the mode allows | no |
| grants | what you allowed | ask → allow |

> Everything stays on this machine unless a provider is asked.

The tests cover all three, see [the guide](https://example.org/guide). What is left: `ApprovalDesk` has no test for two answers in the same instant. Shall I write it?"""

FIX = """Found it. `parse_price` cut the thousands separator only once, so `1,234,567` became `1234,567`.

```python
def parse_price(text: str) -> Decimal:
    return Decimal(text.replace(",", "").strip("$ "))
```

- all **14 tests** pass now
- I added one for two separators
- nothing else calls the old helper"""

def calls(*cs, reasoning=None, text=None, usage=None):
    r = {"calls": [{"name": n, "arguments": a} for n, a in cs]}
    if reasoning: r["reasoning"] = reasoning
    if text: r["text"] = [text]
    if usage: r["usage"] = usage
    return r

def says(text, reasoning=None, usage=None):
    words = text.split(" ")
    r = {"text": [" ".join(words[i:i + 3]) + (" " if i + 3 < len(words) else "") for i in range(0, len(words), 3)]}
    if reasoning: r["reasoning"] = reasoning
    if usage: r["usage"] = usage
    return r

U = lambda i, o, c=0: {"input": i, "output": o, "cached": c}
MODELS = {
    "claude-opus-4-8": [
        calls(("list_dir", {"path": "."}), ("read_file", {"path": "src/prices.py"}), reasoning="I look at what is there before I say anything about it. The folder first, then the module that the tests name.", usage=U(9200, 310, 6100)),
        calls(("grep", {"pattern": "parse_price", "path": "."}), ("read_file", {"path": "tests/test_prices.py"}), text="The parser and its tests are small. Let me see who else calls it.", usage=U(11800, 240, 9200)),
        says(GATEWAY, reasoning="The layers are clear now. I explain the way of one call, then what is missing in the tests.", usage=U(14600, 690, 11800)),
    ],
    "claude-sonnet-5": [
        calls(("read_file", {"path": "src/prices.py"}), ("read_file", {"path": "tests/test_prices.py"}), text="I read the parser and its tests first.", usage=U(8100, 120, 5000)),
        calls(("shell_exec", {"command": "python3 -m unittest discover -s tests 2>&1 | tail -20"}), usage=U(9400, 80, 8100)),
        calls(("edit_file", {"path": "src/prices.py", "edits": [{"old_string": "text.replace(\",\", \"\", 1)", "new_string": "text.replace(\",\", \"\")"}]}), reasoning="replace(..., 1) cuts only the first separator. Numbers over a million have two.", usage=U(9900, 140, 9400)),
        calls(("shell_exec", {"command": "python3 -m unittest discover -s tests 2>&1 | tail -4"}), usage=U(10400, 60, 9900)),
        says(FIX, usage=U(10900, 210, 10400)),
    ],
    "claude-sonnet-4-6": [
        calls(("read_file", {"path": "README.md"}), text="First what the project says of itself.", usage=U(7000, 60)),
        calls(("shell_exec", {"command": "git push origin main"}), text="The release notes are written. Now the push, which leaves this machine, so you are asked.", usage=U(7600, 90, 7000)),
        says("Pushed.", usage=U(8000, 12, 7600)),
    ],
    "claude-sonnet-4-5": [
        calls(("read_file", {"path": "src/prices.py"}), text="I read before I plan.", usage=U(7100, 60)),
        calls(("present_plan", {"plan": "The settings are read in three places. I put them into **one module** and leave the names as they are.\n\n1. `src/settings.py` with everything that is read from the environment\n2. `prices.py` takes them from there\n3. the tests run, nothing is pushed", "actions": ["filesystem.write:src/**", "shell.exec:python3 -m unittest*", "shell.exec:git commit*", "shell.exec:python3*"]}), reasoning="Three files at most. The interpreter alone means too much; the tests are enough.", usage=U(7900, 180, 7100)),
        says("Done as planned.", usage=U(8300, 12, 7900)),
    ],
    "claude-haiku-4-5": [says("Done. The three files are sorted by date, and the oldest two went to `archive/`.", usage=U(3100, 60, 2000))],
    "gpt-5.4": [says("Short answer: **yes**, SQLite takes many readers beside one writer in WAL mode.\n\n- a reader never waits for the writer\n- writers take turns\n- a checkpoint moves pages back\n\n```sql\nPRAGMA journal_mode = WAL;\nPRAGMA synchronous = FULL;\n```", usage=U(2600, 180, 1200))],
    "gpt-5-mini": [calls(("shell_exec", {"command": "ls -la && false"}), usage=U(2200, 40)), says("The listing worked, the second command failed on purpose (exit code 1).", usage=U(2500, 40, 2200))],
}

print(json.dumps({"replies": MODELS["claude-haiku-4-5"], "models": MODELS}))
