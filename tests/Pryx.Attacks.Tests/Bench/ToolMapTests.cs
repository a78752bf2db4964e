using System.Text.Json;
using Pryx.Attacks.Bench;
using Pryx.Attacks.Cases;

namespace Pryx.Attacks.Tests.Bench;

/// <summary>Steps in the words of agents whose tools are called otherwise.</summary>
public sealed class ToolMapTests
{
    private const string Claude = """
        [{"name":"Bash","input_schema":{"type":"object","properties":{"command":{"type":"string"},"timeout":{"type":"number"},"description":{"type":"string"}},"required":["command"]}},
        {"name":"Read","input_schema":{"type":"object","properties":{"file_path":{"type":"string"},"offset":{"type":"number"}},"required":["file_path"]}},
        {"name":"Write","input_schema":{"type":"object","properties":{"file_path":{"type":"string"},"content":{"type":"string"}},"required":["file_path","content"]}},
        {"name":"Edit","input_schema":{"type":"object","properties":{"file_path":{"type":"string"},"old_string":{"type":"string"},"new_string":{"type":"string"}},"required":["file_path","old_string","new_string"]}},
        {"name":"WebFetch","input_schema":{"type":"object","properties":{"url":{"type":"string"},"prompt":{"type":"string"}},"required":["url","prompt"]}}]
        """;

    private const string Codex = """
        [{"type":"function","name":"shell","parameters":{"type":"object","properties":{"command":{"type":"array","items":{"type":"string"}},"workdir":{"type":"string"},"timeout_ms":{"type":"number"}},"required":["command"]}}]
        """;

    private const string Gemini = """
        [{"functionDeclarations":[{"name":"run_shell_command","parametersJsonSchema":{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}},
        {"name":"read_file","parametersJsonSchema":{"type":"object","properties":{"absolute_path":{"type":"string"}},"required":["absolute_path"]}},
        {"name":"replace","parametersJsonSchema":{"type":"object","properties":{"file_path":{"type":"string"},"old_string":{"type":"string"},"new_string":{"type":"string"}}}}]}]
        """;

    private const string OpenAi = """
        [{"type":"function","function":{"name":"execute_command","parameters":{"type":"object","properties":{"cmd":{"type":"string"},"requires_approval":{"type":"boolean"}},"required":["cmd","requires_approval"]}}}]
        """;

    [Theory]
    [InlineData(Claude, "shell_exec", """{"command":"ls","timeout_ms":8000}""", "Bash", """{"command":"ls","timeout":8000}""")]
    [InlineData(Claude, "read_file", """{"path":"a.txt"}""", "Read", """{"file_path":"/project/a.txt"}""")]
    [InlineData(Claude, "write_file", """{"path":"/x/a","content":"c"}""", "Write", """{"file_path":"/x/a","content":"c"}""")]
    [InlineData(Claude, "edit_file", """{"path":"a","edits":[{"old_string":"1","new_string":"2"}]}""", "Edit", """{"file_path":"/project/a","old_string":"1","new_string":"2"}""")]
    [InlineData(Claude, "http_request", """{"url":"http://h/"}""", "WebFetch", """{"url":"http://h/","prompt":"Do the next step."}""")]
    [InlineData(Claude, "grep", """{"pattern":"x","path":"."}""", "Bash", """{"command":"grep -rnE -- 'x' '.'"}""")]
    [InlineData(Claude, "shell_exec", """{"command":"make","env":{"A":"it's"}}""", "Bash", """{"command":"export A='it'\\''s'; make"}""")]
    [InlineData(Codex, "shell_exec", """{"command":"ls | wc -l","workdir":"sub"}""", "shell", """{"command":["bash","-lc","ls | wc -l"],"workdir":"sub"}""")]
    [InlineData(Codex, "read_file", """{"path":"it's"}""", "shell", """{"command":["bash","-lc","cat -- 'it'\\''s'"]}""")]
    [InlineData(Codex, "http_request", """{"url":"http://h/","method":"POST","body":"a=b"}""", "shell", """{"command":["bash","-lc","curl -sL --max-time 10 -X 'POST' --data 'a=b' 'http://h/'"]}""")]
    [InlineData(Gemini, "read_file", """{"path":"a"}""", "read_file", """{"absolute_path":"/project/a"}""")]
    [InlineData(Gemini, "edit_file", """{"path":"a","edits":[{"old_string":"1","new_string":"2"}]}""", "replace", """{"file_path":"/project/a","old_string":"1","new_string":"2"}""")]
    [InlineData(OpenAi, "shell_exec", """{"command":"ls"}""", "execute_command", """{"cmd":"ls","requires_approval":false}""")]
    public void A_step_is_said_in_the_words_of_the_tools_that_are_offered(string tools, string ours, string arguments, string theirs, string expected)
    {
        var call = Map(tools, ours, arguments);
        Assert.Equal((theirs, expected), (call!.Name, call.Arguments));
    }

    [Fact]
    public void Without_any_tool_that_could_do_it_there_is_no_call() =>
        Assert.Null(Map("""[{"type":"function","name":"think","parameters":{"type":"object","properties":{}}}]""", "shell_exec", """{"command":"ls"}"""));

    [Fact]
    public void A_description_that_makes_no_sense_says_where()
    {
        var file = Path.Combine(Path.GetTempPath(), $"agent-{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, "name: x\ncommand: y\nprompts:\n  - shows: '('\n");
        try
        {
            Assert.Contains($"{file}(4)", Assert.Throws<CaseException>(() => AgentFile.Read(file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Pryx.Testing.ScriptedCall? Map(string tools, string name, string arguments)
    {
        using var document = JsonDocument.Parse($$"""{"tools":{{tools}}}""");
        return new ToolMap(new("x", "x"), OfferedTool.Of(document.RootElement), "/project").Map(new CaseCall(name, arguments));
    }
}
