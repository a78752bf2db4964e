using Pryx.Attacks.Cases;
using Pryx.Testing;

namespace Pryx.Attacks.Tests;

/// <summary>A case that is read wrongly would be a case that shows nothing.</summary>
public sealed class CaseReaderTests : IDisposable
{
    private readonly TempHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("title: x\nmodell: []\nlanded: [{file: a}]", "(2): 'modell' is unknown")]
    [InlineData("title: x\nmodel: [{ran: a}]\nlanded: [{file: a}]", "(2): 'ran' is unknown")]
    [InlineData("title: x\nmodel: [{say: a}]", "nothing says when it has happened")]
    [InlineData("title: x\nmodel: [{say: a}]\nlanded: [{file: a, gone: b}]", "(3): one effect is expected")]
    [InlineData("title: [x\n", "(2)")]
    public void What_is_misspelt_is_an_error_with_its_line(string text, string expected)
    {
        var error = Assert.Throws<CaseException>(() => CaseReader.Read(CaseKind.Attack, "a/b", _home.Write("case.yaml", text)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_is_the_call_that_a_model_would_write()
    {
        var found = CaseReader.Read(CaseKind.Attack, "a/b", _home.Write("case.yaml", """
            title: x
            model:
              - run: {run: ls, env: {A: "1"}, network: [h]}
              - edit: {path: a, old: b, new: c}
            landed: [{file: a}]
            """));

        Assert.Equal(["shell_exec", "edit_file"], found.Model.Select(step => step.Calls.Single().Tool));
        Assert.Equal("""{"command":"ls","timeout_ms":20000,"env":{"A":"1"},"network":["h"]}""", found.Model[0].Calls[0].Arguments);
    }

    [Fact]
    public void Every_file_says_what_it_is_and_why() =>
        Assert.All(CaseRuns.Attacks, attack => Assert.True(attack.Title.Length > 10 && attack.Why.Length > 10 && File.ReadAllLines(attack.Path).Length <= 60, attack.Name));
}
