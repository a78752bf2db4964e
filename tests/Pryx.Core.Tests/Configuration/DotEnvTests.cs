using Pryx.Core.Configuration;
using Pryx.Testing;

namespace Pryx.Core.Tests.Configuration;

public sealed class DotEnvTests
{
    [Theory]
    [InlineData("A=b", "b")]
    [InlineData("  export A=b", "b")]
    [InlineData("export\tA = b ", "b")]
    [InlineData("A=", "")]
    [InlineData("A=b # comment", "b")]
    [InlineData("A=b#c", "b#c")]
    [InlineData("A=# comment", "")]
    [InlineData("A='b # c'", "b # c")]
    [InlineData("A=\"b # c\" # d", "b # c")]
    [InlineData("A='b\\n$X'", "b\\n$X")]
    [InlineData("A=\"b\\n\\\"c\\\"\\\\\"", "b\n\"c\"\\")]
    [InlineData("A=$(touch /tmp/x)", "$(touch /tmp/x)")]
    [InlineData("A=\"`id` $HOME ${B}\"", "`id` $HOME ${B}")]
    [InlineData("A=b=c", "b=c")]
    [InlineData("A=b c d", "b c d")]
    [InlineData("\uFEFFA=b\r\nB=c\r\n", "b")]
    [InlineData("# A=c\n\nA=b", "b")]
    [InlineData("A=a\nA=b", "b")]
    [InlineData("A=\"-----BEGIN\nEND-----\"", "-----BEGIN\nEND-----")]
    public void A_line_is_read_and_nothing_is_expanded(string text, string expected)
    {
        var dotEnv = DotEnv.Parse(text, isTrusted: true);
        Assert.Equal(expected, dotEnv.Variables["A"]);
        Assert.Empty(dotEnv.Notes);
    }

    [Theory]
    [InlineData("secret words here\nA=b", 1)]
    [InlineData("A=b\n1X=hunter2", 2)]
    [InlineData("A=b\nX='hunter2", 2)]
    [InlineData("X=\"a\nb\" hunter2\nA=b", 1)]
    [InlineData("A=b\n=hunter2", 2)]
    public void A_line_that_can_not_be_read_is_named_by_number_only_and_the_others_hold(string text, int line)
    {
        var dotEnv = DotEnv.Parse(text, isTrusted: true);
        Assert.Equal("b", dotEnv.Variables["A"]);
        Assert.Contains(dotEnv.Notes, note => note.Contains($"line {line} ", StringComparison.Ordinal));
        Assert.DoesNotContain(dotEnv.Notes, note => note.Contains("hunter2", StringComparison.Ordinal) || note.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OPENAI_API_KEY", true)]
    [InlineData("MY_NAME", true)]
    [InlineData("OPENAI_BASE_URL", false)]
    [InlineData("anthropic_base_url", false)]
    [InlineData("OLLAMA_HOST", false)]
    [InlineData("PRYX_DATA_DIR", false)]
    [InlineData("PRYX_LISTEN_ADDR", false)]
    [InlineData("PATH", false)]
    [InlineData("LD_PRELOAD", false)]
    [InlineData("DYLD_INSERT_LIBRARIES", false)]
    [InlineData("HTTPS_PROXY", false)]
    [InlineData("all_proxy", false)]
    [InlineData("NODE_OPTIONS", false)]
    [InlineData("GIT_SSH_COMMAND", false)]
    [InlineData("BASH_ENV", false)]
    [InlineData("HOME", false)]
    public void An_untrusted_folder_gives_keys_and_redirects_nothing(string name, bool isTaken)
    {
        var untrusted = DotEnv.Parse($"{name}=x", isTrusted: false);
        Assert.Equal(isTaken, untrusted.Variables.ContainsKey(name));
        Assert.Equal(!isTaken, untrusted.Notes.Any(note => note.Contains(name, StringComparison.Ordinal)));
        Assert.True(DotEnv.Parse($"{name}=x", isTrusted: true).Variables.ContainsKey(name));
    }

    [Fact]
    public void The_environment_is_never_overridden()
    {
        var settings = new Settings(name => name == "A" ? "outer" : null).With(DotEnv.Parse("A=inner\nB=inner", isTrusted: true));
        Assert.Equal("outer", settings.Get("A"));
        Assert.Equal("inner", settings.Get("B"));
        Assert.Null(settings.Get("C"));
    }

    [Fact]
    public void Tools_get_the_variables_without_keys_and_of_an_untrusted_folder_none()
    {
        const string Text = "OPENAI_API_KEY=k\nDB_PASSWORD=p\nGITHUB_TOKEN=t\nPRYX_X=1\nMONKEY=banana\nPORT=80\nLANG=xx";
        Assert.Equal(["MONKEY", "PORT"], ToolEnvironment.From(DotEnv.Parse(Text, isTrusted: true), isTrusted: true, name => name == "LANG" ? "C" : null).Keys.Order());
        Assert.Empty(ToolEnvironment.From(DotEnv.Parse(Text, isTrusted: false), isTrusted: false, _ => null));
    }

    [Fact]
    [Requirement("CA6", "loaded")]
    public void A_missing_file_is_empty_and_a_real_one_is_read()
    {
        using var home = new TempHome();
        Assert.Same(DotEnv.Empty, DotEnv.Load(home.Workspace, isTrusted: true));
        home.Write(".env", "A=b");
        Assert.Equal("b", DotEnv.Load(home.Workspace, isTrusted: true).Variables["A"]);
    }
}
