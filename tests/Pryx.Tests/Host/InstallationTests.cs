using Pryx.Host.Service;
using Pryx.Testing;

namespace Pryx.Tests.Host;

public sealed class InstallationTests
{
    [Fact]
    [Requirement("FR7.7", "binaries")]
    public void What_the_installer_has_listed_is_taken_away_and_nothing_else()
    {
        using var home = new TempHome();
        string Make(string name, string text)
        {
            var path = Path.Combine(home.Home, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return path;
        }
        var program = Make("bin/pryx", "program");
        var page = Make("share/man/man1/pryx.1", "page");
        var others = Make("bin/other", "not ours");
        var profile = Make(".profile", "umask 022\nexport PATH=\"/x:$PATH\" # pryx\nalias p=pryx\n");
        Make("bin/.pryx-installed", $"profile {profile}\nfile {program}\nfile {page}\nfile relative/path\nnonsense\n");

        var left = Installation.Find(Path.Combine(home.Home, "bin"))!.Remove();

        Assert.Empty(left);
        Assert.Equal([others], Directory.GetFiles(Path.Combine(home.Home, "bin")));
        Assert.False(File.Exists(page));
        Assert.Equal("umask 022\nalias p=pryx\n", File.ReadAllText(profile));
    }

    [Fact]
    public void Without_a_list_nothing_is_ours() => Assert.Null(Installation.Find(Path.GetTempPath()));
}
