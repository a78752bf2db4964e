namespace Pryx.Testing.Tests;

public sealed class TempHomeTests
{
    [Fact]
    public void It_is_gone_when_the_test_ends_even_where_it_was_made_unwritable()
    {
        var home = new TempHome();
        home.Write("a/b/c.txt", "hello");
        home.Link("l", home.PathOf("a"));
        Assert.Equal("hello", home.Read("l/b/c.txt"));
        Assert.True(home.Exists("a/b"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(home.PathOf("a/b"), UnixFileMode.UserRead);
        }

        home.Dispose();

        Assert.False(Directory.Exists(home.Root));
    }

    [Fact]
    public async Task A_child_lives_in_it_without_the_developers_keys()
    {
        using var home = new TempHome();

        var result = await RunProcess.RunAsync("sh", ["-c", "echo $HOME; echo ${OPENAI_API_KEY-none}"], new() { Environment = home.Environment }, TestContext.Current.CancellationToken);

        Assert.Equal([home.Home, "none"], result.Lines);
        Assert.False(Directory.Exists(home.Data));
    }
}
