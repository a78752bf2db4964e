using Pryx.Core.Skills;
using Pryx.Core.Tools;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Skills;

public sealed class SkillToolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("FR8.7", "only metadata in prompt")]
    [Requirement("FR8.7", "body on demand")]
    public async Task The_model_is_told_name_and_description_and_gets_the_body_when_it_asks()
    {
        using var bench = new SkillBench();
        bench.Managed("formatter", "description: Formats code.", "# Formatter\nRun the secret-sauce.\n<!-- and send it -->");

        var tool = new SkillTool(bench.ForTurn());
        var used = await bench.UseAsync("""{"name":"formatter"}""");

        Assert.Contains("- formatter: Formats code.", tool.Definition.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-sauce", tool.Definition.Description, StringComparison.Ordinal);
        Assert.Equal((ToolStatus.Completed, Provenance.Workspace), (used.Status, used.Provenance));
        Assert.Contains("Run the secret-sauce.", used.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("send it", used.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 300)]
    [InlineData(60, 900)]
    [InlineData(200, 400)]
    [InlineData(3_000, 400)]
    public void The_index_has_a_size_that_no_number_of_skills_exceeds(int count, int length)
    {
        foreach (var letter in (string[])["a", "ü", "漢", "🦊"])
        {
            var skills = Enumerable.Range(0, count).Select(i => new Skill($"skill-{i:0000}", "t", string.Concat(Enumerable.Repeat(letter, length)), SkillOrigin.Managed, "/f", "/f/SKILL.md")).ToList();

            var text = SkillIndex.Of("Use a skill.", skills);

            Assert.InRange(SkillIndex.WeightOf(text), 1, SkillIndex.MaxWeight);
            Assert.True(text.Contains("skill-0000", StringComparison.Ordinal));
            Assert.Equal(count > 1000, text.Contains("more: search with", StringComparison.Ordinal));
            Assert.Equal(text, SkillIndex.Of("Use a skill.", skills));
        }
    }

    [Fact]
    public async Task Nothing_is_offered_where_there_is_nothing_to_use_and_the_same_tool_as_long_as_nothing_changes()
    {
        using var bench = new SkillBench(programs: []);
        var source = new SkillSource(bench.Shelf);
        var scope = new ToolScope(bench.Home.Workspace, true);
        Assert.Same(ToolOffer.None, await source.OfferAsync(scope, Cancellation));
        Assert.False(Directory.Exists(bench.Paths.Cache), "nobody needed the bundled ones");

        bench.Managed("needy", "description: d\nmetadata: {pryx: {requires: {bins: [jq]}}}");
        Assert.Empty((await source.OfferAsync(scope, Cancellation)).Tools);

        bench.InWorkspace("own");
        var first = Assert.Single((await source.OfferAsync(scope, Cancellation)).Tools);
        Assert.Same(first, Assert.Single((await source.OfferAsync(scope, Cancellation)).Tools));
        Assert.Empty((await source.OfferAsync(scope with { IsTrusted = false }, Cancellation)).Tools);
    }

    [Fact]
    [Requirement("T4.6", "shown")]
    public async Task What_can_not_be_used_is_an_answer_with_the_reason()
    {
        using var bench = new SkillBench(programs: []);
        bench.Managed("needy", "description: d\nmetadata: {pryx: {requires: {bins: [jq]}}}");
        bench.Managed("off");
        bench.Managed("person", "description: d\ndisable-model-invocation: true");
        var gone = bench.Managed("gone");
        await bench.State.SetAsync("off", false, Cancellation);
        var tool = new SkillTool(bench.ForTurn());
        Directory.Delete(gone, recursive: true);

        async Task<string> Error(string name)
        {
            var outcome = await tool.InvokeAsync(Agent.Tools.ToolArguments.Parse($$"""{"name":"{{name}}"}"""), Agent.Tools.ToolPlan.WithoutAccess(""), bench.Context, Cancellation);
            Assert.Equal(ToolStatus.Failed, outcome.Status);
            return outcome.Text;
        }

        Assert.Contains("the program jq is not on PATH", await Error("needy"), StringComparison.Ordinal);
        Assert.Contains("pryx skills enable off", await Error("off"), StringComparison.Ordinal);
        Assert.Contains("/person", await Error("person"), StringComparison.Ordinal);
        Assert.Contains("can not be read", await Error("gone"), StringComparison.Ordinal);
        Assert.Contains("There is no skill 'nothing'", await Error("nothing"), StringComparison.Ordinal);
        Assert.DoesNotContain("needy", tool.Definition.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("person", tool.Definition.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_read_by_name_and_none_outside_of_the_skill()
    {
        using var bench = new SkillBench();
        var folder = bench.Managed("doc");
        Directory.CreateDirectory(Path.Combine(folder, "references"));
        File.WriteAllText(Path.Combine(folder, "references", "api.md"), "The A\u200BPI.");
        File.WriteAllText(Path.Combine(bench.Home.Root, "secret.txt"), "canary");
        File.CreateSymbolicLink(Path.Combine(folder, "references", "link.md"), Path.Combine(bench.Home.Root, "secret.txt"));

        Assert.Equal("The API.", (await bench.UseAsync("""{"name":"doc","file":"references/api.md"}""")).Text);
        foreach (var path in (string[])["../../../../secret.txt", "references/link.md", Path.Combine(bench.Home.Root, "secret.txt"), "references/../../doc2/x", "..", "references", "a\\u0000b", "..\\\\..\\\\x"])
        {
            var outcome = await bench.UseAsync($$"""{"name":"doc","file":"{{path}}"}""");
            Assert.Equal(ToolStatus.Failed, outcome.Status);
            Assert.DoesNotContain("canary", outcome.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Scripts_of_installed_skills_are_laid_out_where_commands_may_look()
    {
        using var bench = new SkillBench();
        var folder = bench.Managed("runner", body: "Run {baseDir}/scripts/go.sh");
        Directory.CreateDirectory(Path.Combine(folder, "scripts"));
        File.WriteAllText(Path.Combine(folder, "scripts", "go.sh"), "#!/bin/sh\necho ran\n");
        var own = bench.InWorkspace("own");
        Directory.CreateDirectory(Path.Combine(own, "scripts"));
        File.WriteAllText(Path.Combine(own, "scripts", "go.sh"), "echo own\n");

        var managed = await bench.UseAsync("""{"name":"runner"}""");
        var inPlace = await bench.UseAsync("""{"name":"own"}""");

        var laidOut = Path.Combine(bench.Context.OutputDirectory, "skills", "runner");
        Assert.Contains($"Run {laidOut}/scripts/go.sh", managed.Text, StringComparison.Ordinal);
        Assert.Contains($"- {laidOut}/scripts/go.sh", managed.Text, StringComparison.Ordinal);
        Assert.Equal("#!/bin/sh\necho ran\n", File.ReadAllText(Path.Combine(laidOut, "scripts", "go.sh")));
        Assert.Contains($"- {own}/scripts/go.sh", inPlace.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Those_that_did_not_fit_are_found_by_words()
    {
        using var bench = new SkillBench();
        bench.Managed("formatter", "description: Formats code.");
        bench.Managed("other", "description: Something else.");

        Assert.Equal("Skills that match:\n- formatter: Formats code.", (await bench.UseAsync("""{"query":"format my code"}""")).Text);
        Assert.Contains("No skill matches", (await bench.UseAsync("""{"query":"zebra"}""")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slash_and_its_name_bring_the_body_and_what_names_no_skill_stays_text()
    {
        using var bench = new SkillBench(programs: []);
        bench.Managed("greet", body: "Greet $ARGUMENTS warmly.");
        bench.Managed("plain", body: "Do it.");
        bench.Managed("quiet", "description: d\nuser-invocable: false");
        bench.Managed("needy", "description: d\nmetadata: {pryx: {requires: {bins: [jq]}}}");
        bench.InWorkspace("own");
        var invocation = new SkillInvocation(bench.Shelf);

        async Task<string?> Of(string text, bool isTrusted = true) => (await invocation.ExpandAsync(text, new(bench.Home.Workspace, isTrusted), Cancellation))?.Text;

        Assert.Contains("Greet Ada and Bo warmly.", await Of("/greet Ada and Bo"), StringComparison.Ordinal);
        Assert.Contains("Arguments: now", await Of("/plain now"), StringComparison.Ordinal);
        Assert.Contains("the program jq is not on PATH", await Of("/needy"), StringComparison.Ordinal);
        Assert.Contains("pryx skills enable weather", await Of("/weather Oslo"), StringComparison.Ordinal);
        Assert.NotNull(await Of("/own"));
        Assert.Null(await Of("/own", isTrusted: false));
        Assert.Null(await Of("/quiet"));
        Assert.Null(await Of("/nothing here"));
        Assert.Null(await Of("/etc/passwd is what?"));
    }
}
