using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Questions as a person at a terminal sees and answers them.</summary>
public sealed class ApprovalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("SEC4", "shell.exec")]
    [Requirement("P4", "approval for sensitive operations")]
    [Requirement("FR2.3", "once")]
    public async Task Card_shows_tool_exact_command_and_reason_and_yes_runs_it_once()
    {
        await using var provider = await ShellThenDoneAsync("touch made.txt");
        using var person = Person.At(provider);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await terminal.WaitForTextAsync("shell.exec: Run touch made.txt", Cancellation);
        await terminal.WaitForTextAsync("$ touch made.txt", Cancellation);
        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        Assert.Contains(HasSandbox ? "Why: It runs a command in the sandbox of this folder, without network." : "Why: No sandbox is active, so each command is asked.", terminal.Text, StringComparison.Ordinal);
        Assert.False(person.Home.Exists("made.txt"));
        terminal.SendKeys("y");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.True(person.Home.Exists("made.txt"));
        Assert.Contains("Done.", terminal.Text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
        Assert.Equal(3, (await person.RunAsync("go")).ExitCode);
    }

    [Fact]
    public async Task Edit_is_shown_as_a_coloured_diff()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("read_file", """{"path":"calc.sh"}""")),
            Calls(("edit_file", """{"path":"calc.sh","edits":[{"old_string":"$1 - $2","new_string":"$1 + $2"}]}""")),
            Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        SmallProject.WriteTo(person.Folder);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await terminal.WaitForTextAsync("filesystem.write: ", Cancellation);
        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        Assert.Contains("\e[31m-  echo $(($1 - $2))\e[0m", terminal.Raw, StringComparison.Ordinal);
        Assert.Contains("\e[32m+  echo $(($1 + $2))\e[0m", terminal.Raw, StringComparison.Ordinal);
        Assert.Equal(SmallProject.Broken, person.Home.Read("calc.sh"));
        terminal.SendKeys("y");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.Equal(SmallProject.Repaired, person.Home.Read("calc.sh"));
    }

    [Fact]
    public async Task No_with_a_reason_reaches_the_model_and_nothing_runs()
    {
        await using var provider = await ShellThenDoneAsync("touch made.txt");
        using var person = Person.At(provider);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        terminal.SendKeys("n");
        await terminal.WaitForTextAsync("Why, for the model", Cancellation);
        terminal.SendKeys("use the other folder\r");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.False(person.Home.Exists("made.txt"));
        Assert.Contains("use the other folder", Assert.Single(provider.ModelRequests[1].Results).Text, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("FR2.3", "session")]
    public async Task Session_grant_holds_in_its_session_and_nowhere_else()
    {
        await using var provider = await ShellThenDoneAsync("touch made.txt");
        using var person = Person.At(provider);
        await using (var terminal = person.Terminal("run", "-m", Models.Chat, "go"))
        {
            await terminal.WaitForTextAsync("yes, for this session: shell.exec:touch", Cancellation);
            await terminal.WaitForTextAsync("Answer: ", Cancellation);
            terminal.SendKeys("s");
            Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        }
        File.Delete(person.Home.PathOf("made.txt"));

        var same = await person.PryxAsync("run", "--continue", "again");
        Assert.True(same.ExitCode == 0, same.Stderr);
        Assert.True(person.Home.Exists("made.txt"));

        Assert.Equal(3, (await person.RunAsync("another session")).ExitCode);
    }

    [Fact]
    [Requirement("FR2.3", "forever")]
    [Requirement("FR2.2", "workspace")]
    public async Task Always_is_used_by_the_next_run_without_asking_until_it_is_revoked()
    {
        await using var provider = await ShellThenDoneAsync("touch made.txt");
        using var person = Person.At(provider);
        await using (var terminal = person.Terminal("run", "-m", Models.Chat, "go"))
        {
            await terminal.WaitForTextAsync("yes, always: shell.exec:touch", Cancellation);
            await terminal.WaitForTextAsync("Answer: ", Cancellation);
            terminal.SendKeys("a");
            Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        }
        File.Delete(person.Home.PathOf("made.txt"));

        var next = await person.RunAsync("another session");
        Assert.True(next.ExitCode == 0, next.Stderr);
        Assert.True(person.Home.Exists("made.txt"));
        var elsewhere = await person.PryxAsync(["run", "-m", Models.Chat, "in another folder"], folder: person.Home.Home);
        Assert.Equal(3, elsewhere.ExitCode);

        var grant = Assert.Single((await person.JsonAsync("grant", "list", "--json")).EnumerateArray());
        var revoked = await person.PryxAsync("grant", "revoke", grant.GetProperty("id").GetString()!);
        Assert.Equal(0, revoked.ExitCode);
        Assert.Equal(3, (await person.RunAsync("a third one")).ExitCode);
    }

    [Fact]
    public async Task Edited_arguments_run_instead_and_the_model_is_told()
    {
        await using var provider = await ShellThenDoneAsync("touch one.txt");
        using var person = Person.At(provider);
        person.Variables["EDITOR"] = "sed -i s/one/two/";
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        terminal.SendKeys("e");
        await terminal.WaitForTextAsync("$ touch two.txt", Cancellation);
        await Until.TrueAsync(() => Count(terminal.Text, "Answer: ") == 2, Cancellation);
        terminal.SendKeys("y");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.True(person.Home.Exists("two.txt"));
        Assert.False(person.Home.Exists("one.txt"));
        Assert.Contains("touch two.txt", Assert.Single(provider.ModelRequests[1].Results).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_grant_lets_later_edits_run_unasked()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("write_file", """{"path":"a.txt","content":"a"}""")),
            Calls(("write_file", """{"path":"b/b.txt","content":"b"}""")),
            Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        await using (var terminal = person.Terminal("run", "-m", Models.Chat, "go"))
        {
            await terminal.WaitForTextAsync("yes, and from now on in this folder", Cancellation);
            await terminal.WaitForTextAsync("Answer: ", Cancellation);
            terminal.SendKeys("f");
            Assert.Equal(0, await terminal.WaitAsync(Cancellation));
            Assert.Equal(1, Count(terminal.Text, "── Approval"));
        }
        Assert.Equal("b", person.Home.Read("b/b.txt"));
        File.Delete(person.Home.PathOf("a.txt"));

        var next = await person.RunAsync("another session");
        Assert.True(next.ExitCode == 0, next.Stderr);
        Assert.Equal("a", person.Home.Read("a.txt"));
    }

    [Fact]
    [Requirement("UC1", "fewer than 3 prompts")]
    public async Task Five_steps_need_two_answers_without_a_sandbox()
    {
        await using var provider = await FakeProvider.StartAsync(ScriptFile.Load("five-steps"), Cancellation);
        using var person = Person.At(provider);
        SmallProject.WriteTo(person.Folder);
        Directory.CreateDirectory(person.Home.Data);
        await File.WriteAllTextAsync(Path.Combine(person.Home.Data, "config.yaml"), "sandbox: off\n", Cancellation);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, SmallProject.Prompt);

        await terminal.WaitForTextAsync("filesystem.write: ", Cancellation);
        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        terminal.SendKeys("f");
        await terminal.WaitForTextAsync("shell.exec: Run sh test.sh", Cancellation);
        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        terminal.SendKeys("y");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.Equal(2, Count(terminal.Text, "── Approval"));
        Assert.Equal("run\n", person.Home.Read("runs.txt"));
    }

    [Fact]
    public async Task Five_steps_need_one_answer_where_a_sandbox_holds_commands()
    {
        Assert.SkipUnless(HasSandbox, "Needs bubblewrap: apt install bubblewrap");
        await using var provider = await FakeProvider.StartAsync(ScriptFile.Load("five-steps"), Cancellation);
        using var person = Person.At(provider);
        SmallProject.WriteTo(person.Folder);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, SmallProject.Prompt);

        await terminal.WaitForTextAsync("run commands in its sandbox, without network, unasked", Cancellation);
        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        terminal.SendKeys("f");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.Equal(1, Count(terminal.Text, "── Approval"));
        Assert.Equal("run\n", person.Home.Read("runs.txt"));
    }

    // As CI installs it; where only Landlock is there, the card says what it holds as well.
    private static bool HasSandbox => File.Exists("/usr/bin/bwrap");

    [Fact]
    public async Task Keys_typed_before_the_card_do_not_answer_it()
    {
        await using var provider = await ShellThenDoneAsync("touch made.txt", TimeSpan.FromMilliseconds(300));
        using var person = Person.At(provider);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await provider.WaitForRequestsAsync(1, Cancellation);
        terminal.SendKeys("yay\r");
        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancellation);
        Assert.False(person.Home.Exists("made.txt"));
        Assert.Single(provider.ModelRequests);
        terminal.SendKeys("n");
        await terminal.WaitForTextAsync("Why, for the model", Cancellation);
        terminal.SendKeys("\r");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.False(person.Home.Exists("made.txt"));
    }

    /// <summary>The best of three: what else this machine does must not fail the test, a slow program must.</summary>
    [Fact]
    [Requirement("FR2.A1", "asked within 500 ms")]
    [Requirement("FR2.A1", "blocked until answer")]
    public async Task Deleting_a_folder_is_asked_within_500_ms_and_waits_for_the_answer()
    {
        var best = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 3 && best > TimeSpan.FromMilliseconds(500); attempt++)
        {
            using var person = new Person();
            var doomed = Directory.CreateDirectory(Path.Combine(person.Home.Root, "doomed")).FullName;
            await using var provider = await ShellThenDoneAsync($"rm -rf {doomed}");
            person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
            person.Variables["OPENAI_API_KEY"] = Person.Key;
            await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

            await terminal.WaitForTextAsync("Answer: ", Cancellation);
            var took = TimeProvider.System.GetUtcNow() - provider.ModelRequests[0].FirstContentAt!.Value;
            best = took < best ? took : best;
            Assert.Contains("rm -rf", terminal.Text, StringComparison.Ordinal);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancellation);
            Assert.True(Directory.Exists(doomed));
            Assert.Single(provider.ModelRequests);
            terminal.SendKeys("n");
            await terminal.WaitForTextAsync("Why, for the model", Cancellation);
            terminal.SendKeys("\r");
            Assert.Equal(0, await terminal.WaitAsync(Cancellation));
            Assert.True(Directory.Exists(doomed));
        }
        Assert.InRange(best.TotalMilliseconds, 0, 500);
    }

    private static Task<FakeProvider> ShellThenDoneAsync(string command, TimeSpan before = default) => FakeProvider.StartAsync(FakeScripts.BySteps(
        Calls(("shell_exec", $$"""{"command":"{{command}}"}""")) with { Trouble = new() { BeforeFirstChunk = before } },
        Says("Done.")), Cancellation);

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
