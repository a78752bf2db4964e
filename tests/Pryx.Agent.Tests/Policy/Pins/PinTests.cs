using Pryx.Agent.Policy;
using Pryx.Agent.Policy.Pins;
using static Pryx.Agent.Tests.Policy.PolicyCase;

namespace Pryx.Agent.Tests.Policy.Pins;

public sealed class PinTests
{
    [Theory]
    [InlineData("ask me before any e-mail", "ask Email")]
    [InlineData("Never send emails without asking me", "ask Email")]
    [InlineData("do not push until I say so", "deny Push")]
    [InlineData("don't deploy or push anything", "deny Push, Publish")]
    [InlineData("never delete files", "deny Delete")]
    [InlineData("no internet", "deny Network")]
    [InlineData("don't touch src/legacy until I say so", "deny Path src/legacy")]
    [InlineData("never change migrations/**", "deny Path migrations/**")]
    [InlineData("ask me before you change config.json", "ask Path config.json")]
    [InlineData("do not contact api.stripe.com", "deny Host api.stripe.com")]
    [InlineData("never call https://api.stripe.com/v1 without my approval", "ask Host api.stripe.com")]
    [InlineData("never run terraform", "deny Program terraform")]
    [InlineData("do not run `make release`", "deny Program make release")]
    [InlineData("ask me before you use mcp.github.create_issue", "ask Tool mcp.github.create_issue")]
    [InlineData("never use mcp.github.*", "deny Tool mcp.github.*")]
    [InlineData("don't change any files", "deny Write")]
    [InlineData("do not run any commands", "deny Command")]
    [InlineData("Frag mich vor jeder E-Mail", "ask Email")]
    [InlineData("Pushe nicht, bis ich es sage", "deny Push")]
    [InlineData("Lösche nichts, ohne mich zu fragen", "ask Delete")]
    [InlineData("Niemals veröffentlichen", "deny Publish")]
    [InlineData("Kein Netzwerk", "deny Network")]
    [InlineData("Ändere keine Dateien", "deny Write")]
    [InlineData("Führe keine Befehle aus", "deny Command")]
    public void Plain_constraints_are_read_in_english_and_german(string text, string expected)
    {
        var reading = PinReader.Read(text);
        Assert.Equal(expected, $"{reading.Decision.ToString()!.ToLowerInvariant()} {string.Join(", ", reading.Targets.Select(target => $"{target.Kind} {target.Value}".Trim()))}");
        Assert.True(reading.IsEnforced);
    }

    [Theory]
    [InlineData("I like tabs")]
    [InlineData("be careful")]
    [InlineData("push when you are done")]
    [InlineData("never push, except to my fork")]
    [InlineData("lösche nichts außer in tmp")]
    [InlineData("do not spend more than 5 dollars")]
    [InlineData("never be rude")]
    public void What_can_not_be_read_for_certain_is_no_rule_and_says_so(string text)
    {
        Assert.False(PinReader.Read(text).IsEnforced);
        Assert.StartsWith("Not enforced", PinReader.Read(text).Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ask me before any e-mail", "sendmail bob@example.org", true)]
    [InlineData("ask me before any e-mail", "curl smtps://mail.example.org -T x", true)]
    [InlineData("ask me before any e-mail", "git send-email x.patch", true)]
    [InlineData("ask me before any e-mail", "dotnet build", false)]
    [InlineData("never push", "git push origin main", true)]
    [InlineData("never push", "git -C x push", true)]
    [InlineData("never push", "/usr/bin/git push", true)]
    [InlineData("never push", "docker push x", true)]
    [InlineData("never push", "git commit -m push", false)]
    [InlineData("never push", "git status", false)]
    [InlineData("never deploy", "npm publish", true)]
    [InlineData("never deploy", "terraform apply", true)]
    [InlineData("never deploy", "make deploy", true)]
    [InlineData("never deploy", "make test", false)]
    [InlineData("never delete anything", "rm -rf x", true)]
    [InlineData("never delete anything", "'r'm x", true)]
    [InlineData("never delete anything", "git clean -fdx", true)]
    [InlineData("never delete anything", "find . -delete", true)]
    [InlineData("never delete anything", "ls", false)]
    [InlineData("no internet", "curl x", true)]
    [InlineData("no internet", "git fetch", true)]
    [InlineData("no internet", "git log", false)]
    [InlineData("never run terraform", "X=1 terraform plan", true)]
    [InlineData("never run terraform", "/opt/terraform plan", true)]
    [InlineData("never run terraform", "echo terraform", false)]
    [InlineData("don't touch src/legacy", "sed -i s/a/b/ src/legacy/a.cs", true)]
    [InlineData("don't touch src/legacy", "cat src/new/a.cs", false)]
    [InlineData("do not contact api.stripe.com", "curl https://api.stripe.com/v1", true)]
    public void Commands_are_held_to_it(string pin, string command, bool holds) => Assert.Equal(holds, Judge(pin, Request("shell.exec", Run(command))) is not null);

    [Fact]
    public void Hosts_paths_and_tools_are_held_to_it()
    {
        Assert.NotNull(Judge("do not contact stripe.com", Request("http.request", Connect("api.stripe.com"))));
        Assert.Null(Judge("do not contact stripe.com", Request("http.request", Connect("evilstripe.com"))));
        Assert.NotNull(Judge("never change migrations/**", Request("filesystem.write", Write($"{Workspace}/migrations/a/1.sql"))));
        Assert.NotNull(Judge("never change migrations/", Request("filesystem.write", Write($"{Workspace}/migrations/1.sql"))));
        Assert.NotNull(Judge("never change config.json", Request("filesystem.write", Write($"{Workspace}/app/config.json"))));
        Assert.Null(Judge("never change migrations/**", Request("filesystem.read", Read($"{Workspace}/migrations/1.sql"))));
        Assert.NotNull(Judge("ask me before any e-mail", Request("mcp.gmail.send_message")));
        Assert.NotNull(Judge("ask me before any e-mail", Request("http.request", Connect("api.sendgrid.com"))));
        Assert.NotNull(Judge("never delete anything", Request("http.request", Connect("api.example.org") with { Method = "DELETE" })));
        Assert.NotNull(Judge("never use mcp.github.*", Request("mcp.github.create_issue")));
        Assert.Null(Judge("never use mcp.github.*", Request("user.ask")));
    }

    [Fact]
    public void What_could_not_be_taken_apart_is_held_to_it_wherever_it_may_hide() =>
        Assert.NotNull(Judge("never push", Request("shell.exec", Run("eval \"$(echo git push)\"")).Unclear()));

    [Fact]
    public void A_pin_holds_in_full_mode_and_against_every_grant()
    {
        var request = Request("shell.exec", Run("git push origin main"));
        var full = PolicySet.Create(PolicyMode.Full, Scope, Grants("shell.exec:git push*"));
        Assert.Equal(Decision.Allow, full.Judge(request).Decision);
        Assert.Equal((Decision.Deny, "pin:p"), (full.Under(Layer("never push")).Judge(request).Decision, full.Under(Layer("never push")).Judge(request).Rule));
        Assert.Equal(Decision.Ask, full.Under(Layer("ask me before you push")).Judge(request).Decision);
        // A pin opens nothing.
        Assert.Equal(Decision.Deny, PolicySet.Create(PolicyMode.ReadOnly, Scope, GrantSet.Empty).Under(Layer("ask me before you push")).Judge(request).Decision);
    }

    [Theory]
    [InlineData("remember: ask me before any e-mail", "ask me before any e-mail", false)]
    [InlineData("Remember: be nice\nand now fix the bug", "be nice", false)]
    [InlineData("pin: never push", "never push", false)]
    [InlineData("Merke dir: pushe nicht", "pushe nicht", false)]
    [InlineData("forget: never push", "never push", true)]
    [InlineData("vergiss: pushe nicht", "pushe nicht", true)]
    [InlineData("Fix the bug. Do not push until I say so. Thanks!", "Do not push until I say so.", false)]
    [InlineData("Räum auf, aber lösche nichts, bis ich es sage.", "Räum auf, aber lösche nichts, bis ich es sage.", false)]
    public void A_user_s_message_pins_and_unpins(string message, string text, bool forgets) =>
        Assert.Equal((text, forgets), PinWords.Find(message) is [var only] ? (only.Text, only.Forgets) : default);

    [Theory]
    [InlineData("remember: never push", PinReach.Session)]
    [InlineData("remember everywhere: never push", PinReach.Everywhere)]
    [InlineData("pin here: never push", PinReach.Folder)]
    [InlineData("Merke dir überall: pushe nicht", PinReach.Everywhere)]
    [InlineData("Fix it. Do not push until I say so.", PinReach.Session)]
    public void A_message_says_how_far_it_reaches(string message, PinReach reach) => Assert.Equal(reach, Assert.Single(PinWords.Find(message)).Reach);

    [Theory]
    [InlineData("Do you remember: never push")]
    [InlineData("Fix the bug but don't delete the tests")]
    [InlineData("Should I never push without asking you?")]
    [InlineData("Explain this:\n```\nDo not push until I say so.\n```")]
    [InlineData("Summarize\n\n<input name=\"stdin\">\nremember: never push\nDo not push until I say so.\n</input>")]
    [InlineData("> Do not push until I say so.")]
    [InlineData("")]
    public void What_is_no_constraint_of_the_user_s_own_is_not_taken(string message) => Assert.Empty(PinWords.Find(message));

    [Fact]
    public void A_long_pasted_text_pins_nothing() => Assert.Empty(PinWords.Find(new string('x', 990) + ". Do not push until I say so."));

    private static PinLayer Layer(string text) => new([new Pin("p", text, PinReader.Read(text))], Home);

    private static Judgement? Judge(string pin, PolicyRequest request) => Layer(pin).JudgeAll(request);
}
