using System.Text;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Disks that are full, folders that may not be written, files that are damaged.</summary>
public sealed class StoreTroubleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("INST-M", "disk full")]
    public async Task Full_disk_is_said_clearly_and_once_there_is_room_continue_finishes_the_turn()
    {
        await using var disk = await SmallDisk.MountAsync(Cancellation);
        // The answer is longer than what the log may still have room for in its old pages.
        var answer = string.Concat(Enumerable.Repeat("There is room again. ", 20_000)).TrimEnd();
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("shell_exec", $$"""{"command":"dd if=/dev/zero of={{disk.Path}}/filler bs=4096 2>&-; echo filled"}""")), Says(answer)), Cancellation);
        using var person = Person.At(provider);
        person.Variables["PRYX_DATA_DIR"] = Path.Combine(disk.Path, "pryx");

        var full = await person.RunAsync("--policy", "full", "fill it");

        Assert.Equal((1, ""), (full.ExitCode, full.Stdout));
        Assert.Contains("The disk that holds", full.Stderr, StringComparison.Ordinal);
        Assert.Contains("is full", full.Stderr, StringComparison.Ordinal);
        Assert.Contains("pryx run --continue", full.Stderr, StringComparison.Ordinal);
        var asked = provider.ModelRequests.Count;
        person.Home.Write("long.txt", answer);
        var still = await person.RunAsync("--file", "long.txt");
        Assert.Equal((1, ""), (still.ExitCode, still.Stdout));
        Assert.Contains("is full", still.Stderr, StringComparison.Ordinal);
        Assert.Equal(asked, provider.ModelRequests.Count);

        File.Delete(Path.Combine(disk.Path, "filler"));
        var id = (await person.JsonAsync("session", "list", "--json")).EnumerateArray().Single(session => session.GetProperty("title").GetString() == "fill it").GetProperty("id").GetString()!;
        var again = await person.PryxAsync("run", "--session", id);

        Assert.True(again.ExitCode == 0, again.Stderr);
        Assert.Equal(answer + "\n", again.Stdout);
        // Run once; its result was the first thing that found no room, or the last that did.
        var told = Assert.Single(provider.ModelRequests[^1].Results).Text;
        Assert.True(told.Contains("outcome is unknown", StringComparison.Ordinal) || told.Contains("filled", StringComparison.Ordinal), told);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(disk.Path, "pryx"), "*.corrupt-*"));
        Assert.Empty(provider.Violations);
    }

    [Fact]
    [Requirement("INST-M", "no permission")]
    public async Task Home_that_may_not_be_written_is_said_clearly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Rights are other ones on Windows.");
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = Person.At(provider);
        Open(person.Home.Root, 0b111_101_101);
        Open(person.Home.Workspace, 0b111_101_101);
        Open(person.Home.Home, 0b101_101_101);
        person.Variables["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        // Root may write everywhere.
        var asNobody = Environment.IsPrivilegedProcess ? "exec setpriv --reuid 65534 --regid 65534 --clear-groups " : "exec ";
        var probe = await person.ShellAsync($"{asNobody} '{Person.Executable}' --version");
        Assert.SkipUnless(probe.ExitCode == 0, $"An unprivileged user can not start the executable here: {probe.Stderr}");

        var run = await person.ShellAsync($"{asNobody} '{Person.Executable}' run -m {Models.Chat} hello");

        Assert.Equal((1, ""), (run.ExitCode, run.Stdout));
        Assert.Contains("may not write", run.Stderr, StringComparison.Ordinal);
        Assert.Contains(person.Home.Data, run.Stderr, StringComparison.Ordinal);
        Assert.Contains("PRYX_DATA_DIR", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Stderr, StringComparison.Ordinal);
        Assert.Empty(provider.Requests);
    }

    [Fact]
    [Requirement("INST-M", "read-only")]
    public async Task Read_only_disk_is_said_clearly()
    {
        await using var disk = await SmallDisk.MountAsync(Cancellation);
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = Person.At(provider);
        person.Variables["PRYX_DATA_DIR"] = Path.Combine(disk.Path, "pryx");
        Assert.Equal(0, (await person.RunAsync("hello")).ExitCode);
        await disk.MakeReadOnlyAsync(Cancellation);

        var run = await person.RunAsync("hello again");

        Assert.Equal((1, ""), (run.ExitCode, run.Stdout));
        Assert.Contains(disk.Path, run.Stderr, StringComparison.Ordinal);
        Assert.Contains("PRYX_DATA_DIR", run.Stderr, StringComparison.Ordinal);
        Assert.Single(provider.ModelRequests);
    }

    [Fact]
    [Requirement("T7.4", "backup")]
    [Requirement("T7.4", "new database")]
    public async Task Damaged_database_is_set_aside_whole_and_the_work_goes_on_in_a_new_one()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = Person.At(provider);
        Assert.Equal(0, (await person.RunAsync("hello")).ExitCode);
        var database = Path.Combine(person.Home.Data, "pryx.db");
        var damaged = Encoding.UTF8.GetBytes(new string('x', 50_000));
        await File.WriteAllBytesAsync(database, damaged, Cancellation);

        var run = await person.RunAsync("hello again");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("Yes.\n", run.Stdout);
        var aside = Assert.Single(Directory.EnumerateFiles(person.Home.Data, "pryx.db.corrupt-*"));
        Assert.Contains(aside, run.Stderr, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(aside, Cancellation));
        Assert.Equal("hello again", (await person.ShowSessionAsync()).GetProperty("session").GetProperty("title").GetString());
    }

    private static void Open(string folder, int mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)mode);
        }
    }
}
