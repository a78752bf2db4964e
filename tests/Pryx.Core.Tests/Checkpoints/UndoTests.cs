using Pryx.Core.Sandbox;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Tests.Checkpoints;

/// <summary>What commands and file tools do to a workspace is taken back, in each level of the sandbox and without one.</summary>
public sealed class UndoTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<SandboxChoice> Levels => [SandboxChoice.Bubblewrap, SandboxChoice.Landlock, SandboxChoice.Off];

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task A_removed_tree_comes_back_as_it_was_and_goes_again_with_redo(SandboxChoice level)
    {
        await using var bench = await UndoBench.OpenAsync(Token, level);
        bench.Write("src/deep/main.c", "int main(void) { return 0; }");
        bench.Write("src/run.sh", "#!/bin/sh\n");
        bench.Write("notes.txt", "do not lose me");
        Directory.CreateDirectory(Path.Combine(bench.Workspace, "src/empty"));
        bench.SetMode("src/run.sh", 0b111_101_001);
        File.CreateSymbolicLink(Path.Combine(bench.Workspace, "src/link"), "deep/main.c");
        File.CreateSymbolicLink(Path.Combine(bench.Workspace, "src/dangling"), "/nowhere/at/all");
        var before = bench.Hash();

        await bench.RunAsync("rm -rf src notes.txt", Token);
        var gone = bench.Hash();
        Assert.DoesNotContain("notes.txt", gone.Keys);

        var undone = await bench.UndoAsync(Token);
        Assert.Empty(undone.Left);
        Assert.Equal(before, bench.Hash());
        await bench.RedoAsync(Token);
        Assert.Equal(gone, bench.Hash());
        await bench.UndoAsync(Token);
        Assert.Equal(before, bench.Hash());
    }

    [Theory]
    [InlineData("echo more >> a.txt")]
    [InlineData("cp b/c.txt a.txt; rm b/c.txt")]
    [InlineData("mv b moved; echo x > moved/new.txt; mkdir -p moved/x/y")]
    [InlineData("mv a.txt b/a.txt; mv b b2; mv b2/a.txt .")]
    [InlineData("chmod 600 a.txt; chmod 700 b; chmod u+x b/c.txt; echo x >> b/c.txt")]
    [InlineData("rm -rf b; ln -s /etc b")]
    [InlineData("rm a.txt; mkdir a.txt; echo inside > a.txt/b")]
    [InlineData("rm -rf b; echo file > b")]
    [InlineData("ln a.txt hard; echo through > hard")]
    [InlineData("ln -s ../a.txt b/link; echo through >> b/link")]
    [InlineData("t=${TMPDIR:-/tmp}; ln -s $PWD $t/elsewhere; echo over > $t/elsewhere/a.txt; rm -r $t/elsewhere/b")]
    [InlineData("exec 3<>a.txt; echo by descriptor > /proc/self/fd/3")]
    [InlineData("cd b && echo x > c.txt && rm ../a.txt")]
    [InlineData("truncate -s 3 a.txt; dd if=/dev/zero of=b/c.txt bs=1 count=1 conv=notrunc 2>/dev/null")]
    [InlineData("sed -i s/one/two/ a.txt; mkfifo b/pipe; rm b/pipe")]
    [InlineData("for i in 1 2 3; do echo $i > b/f$i; done; mkdir -p x/y/z; touch x/y/z/w; chmod 500 x/y")]
    [InlineData("(sleep 0.1; echo late > late.txt) & wait")]
    [InlineData("git init -q . 2>/dev/null; echo x > a.txt")]
    public async Task What_a_command_does_is_taken_back_and_brought_back(string command)
    {
        foreach (var level in (SandboxChoice[])[SandboxChoice.Bubblewrap, SandboxChoice.Landlock])
        {
            await using var bench = await UndoBench.OpenAsync(Token, level);
            bench.Write("a.txt", "one\n");
            bench.Write("b/c.txt", "three\n");
            var before = WithoutGit(bench.Hash());
            await bench.RunAsync(command, Token);
            var after = WithoutGit(bench.Hash());
            Assert.False(before.SequenceEqual(after), "It did nothing.");

            var undone = await bench.UndoAsync(Token);
            Assert.Empty(undone.Left);
            Assert.Equal(before, WithoutGit(bench.Hash()));
            await bench.RedoAsync(Token);
            Assert.Equal(after, WithoutGit(bench.Hash()));
        }
    }

    [Fact]
    public async Task File_tools_are_taken_back_with_the_folders_they_made()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("a.txt", "one\n");
        var before = bench.Hash();
        await bench.TurnAsync(Token, turn => turn.WriteAsync("x/y/new.txt", "new"), turn => turn.WriteAsync("a.txt", "two\n"));
        Assert.Equal("two\n", bench.Read("a.txt"));
        await bench.UndoAsync(Token);
        Assert.Equal(before, bench.Hash());
    }

    [Fact]
    public async Task What_the_user_changed_since_is_left_alone_until_it_is_named()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("a.txt", "one");
        bench.Write("b.txt", "one");
        await bench.RunAsync("echo two > a.txt; echo two > b.txt; mkdir made; echo x > made/theirs", Token);
        bench.Write("a.txt", "the user's own");
        bench.Write("made/mine", "the user's own");

        var preview = await bench.UndoAsync(Token, preview: true);
        Assert.Equal("the user's own", bench.Read("a.txt"));
        Assert.Contains(preview.Left, static left => left is { Path: "a.txt", IsConflict: true });

        var undone = await bench.UndoAsync(Token);
        Assert.Equal(preview.Changed, undone.Changed);
        Assert.Equal("the user's own", bench.Read("a.txt"));
        Assert.Equal("the user's own", bench.Read("made/mine"));
        Assert.Equal("one", bench.Read("b.txt"));
        Assert.False(File.Exists(Path.Combine(bench.Workspace, "made/theirs")));
        Assert.Equal(["a.txt", "made"], undone.Left.Select(static left => left.Path));

        var forced = await bench.UndoAsync(Token, turn: 1, force: true, paths: ["a.txt"]);
        Assert.Equal("one", bench.Read("a.txt"));
        Assert.Equal(["made"], forced.Left.Select(static left => left.Path));
        await bench.RedoAsync(Token);
        Assert.Equal("the user's own", bench.Read("a.txt"));
    }

    [Fact]
    public async Task A_change_between_two_calls_of_a_turn_survives()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("a.txt", "one");
        await bench.TurnAsync(Token, turn => turn.RunAsync("echo two > a.txt"), _ =>
        {
            bench.Write("a.txt", "the user's own");
            return Task.CompletedTask;
        }, turn => turn.RunAsync("echo three > a.txt"));
        var undone = await bench.UndoAsync(Token);
        Assert.Equal("the user's own", bench.Read("a.txt"));
        Assert.Contains("not further back", Assert.Single(undone.Changed).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_one_call_gives_a_file_changes_with_it_in_the_next()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("a.txt", "one\n");
        var before = bench.Hash();
        await bench.TurnAsync(Token, turn => turn.RunAsync("ln a.txt hard"), turn => turn.RunAsync("echo two >> a.txt"));
        Assert.Empty((await bench.UndoAsync(Token)).Left);
        Assert.Equal(before, bench.Hash());
    }

    [Fact]
    public async Task Several_turns_are_rewound_in_one_and_brought_back_in_one()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("a.txt", "0");
        List<SortedDictionary<string, string>> states = [bench.Hash()];
        foreach (var number in Enumerable.Range(1, 4))
        {
            await bench.RunAsync($"echo {number} > a.txt; echo x > only{number}; rm -f only{number - 2}", Token);
            states.Add(bench.Hash());
        }
        await bench.Desk.RewindAsync(bench.Session, new(1, "files"), false, "test", null, Token);
        Assert.Equal(states[1], bench.Hash());
        await bench.RedoAsync(Token);
        Assert.Equal(states[4], bench.Hash());
        await bench.UndoAsync(Token);
        Assert.Equal(states[3], bench.Hash());
        await bench.UndoAsync(Token);
        Assert.Equal(states[2], bench.Hash());
        var list = await bench.Desk.ListAsync(bench.Session, Token);
        Assert.Equal([false, false, true, true], list.Turns.Select(static turn => turn.Undone));
    }

    [Fact]
    public async Task Nothing_to_undo_and_nothing_to_redo_are_said()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        await bench.RunAsync("ls", Token);
        Assert.Equal("UNDO_NOTHING", (await Assert.ThrowsAsync<PryxException>(() => bench.UndoAsync(Token))).Code);
        Assert.Equal("REDO_NOTHING", (await Assert.ThrowsAsync<PryxException>(() => bench.RedoAsync(Token))).Code);
        Assert.Equal("TURN_NOT_FOUND", (await Assert.ThrowsAsync<PryxException>(() => bench.UndoAsync(Token, turn: 7))).Code);
        var running = await bench.BeginAsync(Token);
        await running.RunAsync("echo x > a");
        Assert.Equal("SESSION_BUSY", (await Assert.ThrowsAsync<PryxException>(() => bench.UndoAsync(Token))).Code);
    }

    private static SortedDictionary<string, string> WithoutGit(SortedDictionary<string, string> tree)
    {
        foreach (var name in tree.Keys.Where(static name => name == ".git" || name.StartsWith(".git/", StringComparison.Ordinal)).ToList())
        {
            tree.Remove(name);
        }
        return tree;
    }
}
