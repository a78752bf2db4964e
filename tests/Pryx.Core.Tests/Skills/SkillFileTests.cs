using System.Globalization;
using System.Text;
using Pryx.Core.Configuration;
using Pryx.Core.Skills;
using Pryx.Testing;

namespace Pryx.Core.Tests.Skills;

public sealed class SkillFileTests
{
    private static readonly int Runs = int.TryParse(EnvironmentSettings.Read("PRYX_FUZZ_SKILLS"), CultureInfo.InvariantCulture, out var runs) ? runs : 3_000;

    [Fact]
    [Requirement("FR8.2", "parses")]
    [Requirement("FR8.5", "bins")]
    [Requirement("FR8.5", "env")]
    [Requirement("FR8.5", "config")]
    public void The_format_of_the_PRD_is_read_whole()
    {
        var skill = Read("""
            ---
            name: my-skill
            description: What triggers this skill
            metadata:
              pryx:
                emoji: "🔧"
                type: tool
                requires:
                  bins: ["jq"]
                  env: ["API_KEY"]
                  config: ["model_name"]
                  os: [darwin, linux]
                install:
                  - id: brew
                    kind: brew
                    formula: jq
                    bins: ["jq"]
                  - {id: dl, kind: download, url: "https://example.org/jq", sha256: AB, directory: bin}
            ---
            # My Skill
            """);

        Assert.Equal(("my-skill", "What triggers this skill", "🔧", "tool"), (skill.Id, skill.Description, skill.Emoji, skill.Type));
        Assert.Equal(["jq"], skill.Needs.Bins);
        Assert.Equal(["API_KEY"], skill.Needs.Env);
        Assert.Equal(["model_name"], skill.Needs.Config);
        Assert.Equal(["macos", "linux"], skill.Needs.Os);
        Assert.Equal([("brew", "brew", "jq"), ("dl", "download", null)], skill.Installers.Select(installer => (installer.Id, installer.Kind, installer.Package)));
        Assert.Equal(("https://example.org/jq", "ab", "bin"), (skill.Installers[1].Url, skill.Installers[1].Sha256, skill.Installers[1].Directory));
    }

    [Theory]
    [InlineData("openclaw")]
    [InlineData("clawdbot")]
    [InlineData("claude")]
    public void Other_agents_keys_mean_the_same(string vendor)
    {
        var skill = Read("""
            ---
            name: Other Skill
            description: Use it for: everything, "quoted" too
            allowed-tools: Bash(git:*), Read
            license: Apache-2.0
            argument-hint: [file]
            disable-model-invocation: true
            user-invocable: false
            some-key-nobody-knows: {a: [1, 2]}
            metadata: { "VENDOR": {"emoji": "🦞", "requires": {"anyBins": ["rg", "grep"]}, "install": [{"id": "n", "kind": "node", "package": "left-pad"}]}}
            ---
            Body.
            """.Replace("VENDOR", vendor, StringComparison.Ordinal));

        Assert.Equal(("other-skill", "Other Skill", "Use it for: everything, \"quoted\" too"), (skill.Id, skill.Title, skill.Description));
        Assert.Equal(["rg", "grep"], skill.Needs.AnyBins);
        Assert.Equal(("npm", "left-pad"), (skill.Installers[0].Kind, skill.Installers[0].Package));
        Assert.Equal(["Bash(git:*)", "Read"], skill.AllowedTools);
        Assert.False(skill.IsModelInvocable || skill.IsUserInvocable);
    }

    [Fact]
    public void A_mark_at_the_beginning_and_Windows_lines_are_no_trouble()
    {
        var skill = Read("\uFEFF---\r\nname: win\r\ndescription: Yes.\r\n---\r\nLine one\r\nLine two\r\n");

        Assert.Equal(("win", "Yes."), (skill.Id, skill.Description));
        Assert.Equal("Line one\nLine two\n", SkillFile.Split("\uFEFF---\r\nname: win\r\n---\r\nLine one\r\nLine two\r\n")!.Value.Body);
    }

    [Fact]
    public void A_skill_without_a_name_has_its_folders() => Assert.Equal("folder", Read("---\ndescription: d\n---\n").Id);

    [Theory]
    [InlineData("# Only Markdown", 1, "frontmatter is missing")]
    [InlineData("---\nname: x\n", 1, "frontmatter is missing")]
    [InlineData("---\nname: x\ndescription: [a\n---\n", 4, "not valid YAML")]
    [InlineData("---\ndescription: d\nname: ../up\n---\n", 3, "name:")]
    [InlineData("---\na: &x [1]\nb: *x\n---\n", 2, "anchors and aliases")]
    [InlineData("---\n- a\n---\n", 2, "key: value")]
    [InlineData("---\na: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n---\n", 2, "nested too deeply")]
    public void What_can_not_be_read_says_where_and_why(string text, int line, string why)
    {
        var (skill, broken) = SkillFile.Read(text, "/skills/folder", "/skills/folder/SKILL.md", SkillOrigin.Managed);

        Assert.Null(skill);
        Assert.Equal(line, broken!.Line);
        Assert.Contains(why, broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_large_or_no_text_is_refused_and_a_long_body_is_not_read()
    {
        using var home = new TempHome();
        var large = home.Write("a/SKILL.md", "---\nname: a\ndescription: d\n---\n" + new string('x', SkillFile.MaxLength));
        File.WriteAllBytes(home.Write("b/SKILL.md", ""), [0x2D, 0x2D, 0x2D, 0x0A, 0xFF, 0xFE, 0x0A, 0x2D, 0x2D, 0x2D, 0x0A]);
        var fine = home.Write("c/SKILL.md", $"---\nname: c\ndescription: {new string('ü', 5000)}\n---\n" + new string('é', 50_000));

        Assert.Contains("larger than", SkillFile.Open(large, SkillOrigin.Managed).Broken!.Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", SkillFile.Open(home.PathOf("b/SKILL.md"), SkillOrigin.Managed).Broken!.Message, StringComparison.Ordinal);
        Assert.Equal("c", SkillFile.Open(fine, SkillOrigin.Managed).Skill!.Id);
    }

    [Fact]
    public void What_a_person_does_not_see_the_model_does_not_read()
    {
        var skill = Read("---\nname: x\ndescription: \"Go\\u200B on\\u202E now\\U000E0041\"\n---\n");

        Assert.Equal("Go on now", skill.Description);
        Assert.Equal("ab👨‍👩‍👧\ncd", HiddenText.Visible("a\u200Bb👨‍👩‍👧<!-- ignore\nall -->\nc\u2066d"));
        Assert.Equal("a", HiddenText.Visible("a<!-- never ends"));
    }

    /// <summary><c>make fuzz-skills</c>: damaged files are a skill or a broken one, at once.</summary>
    [Fact]
    public void No_file_makes_the_reader_throw_or_hang()
    {
        string[] pieces =
        [
            "---\n", "---\n", "---\r\n", "name: x\n", "name: [a]\n", "description: d\n", "description: a: b\n", "metadata:\n", "  pryx:\n", "    requires:\n", "      bins: [a, b]\n", "    install:\n",
            "      - {id: a, kind: brew, formula: f}\n", "&a [1]\n", "*a\n", "? k\n", ": v\n", "...\n", "<<: *a\n", "!!binary x\n", "\t", "\"", "'", "{", "}", "[", "]", "|\n", ">-\n", "%YAML 9\n", "\u0000", "\uFEFF", "\u202E", "\U000E0041",
            "requires: 5\n", "install: {}\n", "user-invocable: maybe\n", "\n", "x", " ", "Body.\n",
        ];
        var random = new Random(20261121);
        var (read, slowest) = (0, TimeSpan.Zero);
        for (var i = 0; i < Runs; i++)
        {
            var text = new StringBuilder(random.Next(4) > 0 ? "---\nname: x\ndescription: d\n" : "");
            for (var n = random.Next(14); n > 0; n--)
            {
                text.Append(pieces[random.Next(pieces.Length)]);
            }
            text.Append(random.Next(3) > 0 ? "---\nBody." : "");
            var started = TimeProvider.System.GetTimestamp();
            var (skill, broken) = SkillFile.Read(text.ToString(), "/s/folder", "/s/folder/SKILL.md", SkillOrigin.Managed);
            var took = TimeProvider.System.GetElapsedTime(started);
            slowest = took > slowest ? took : slowest;
            Assert.True(skill is null != broken is null, text.ToString());
            Assert.True(broken is null or { Line: > 0, Message.Length: > 0 });
            Assert.True(skill is null || SkillName.IdOf(skill.Id) == skill.Id);
            read += skill is null ? 0 : 1;
        }
        Assert.True(read > Runs / 50, $"Only {read} of {Runs} files were read: the test proves little.");
        Assert.True(slowest < TimeSpan.FromSeconds(5), $"One file took {slowest.TotalMilliseconds:0} ms.");
    }

    private static Skill Read(string text)
    {
        var (skill, broken) = SkillFile.Read(text, "/skills/folder", "/skills/folder/SKILL.md", SkillOrigin.Managed);
        Assert.True(broken is null, broken?.ToString());
        return skill!;
    }
}
