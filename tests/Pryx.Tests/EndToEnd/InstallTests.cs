using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>install.sh with a small release made here: the program in it is a script. The real one: eng/smoke-release.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly TempHome _home = new();
    private readonly string _release;
    private readonly string _rid = $"{(OperatingSystem.IsMacOS() ? "osx" : "linux")}-{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";

    public InstallTests() => _release = Directory.CreateDirectory(Path.Combine(_home.Root, "release")).FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private string Bin => Path.Combine(_home.Home, ".local", "bin");

    public void Dispose() => _home.Dispose();

    [Fact]
    [Requirement("FR7.1", "binary in place")]
    [Requirement("DEP1", "unix layout")]
    public async Task A_signed_release_is_put_in_place_under_all_its_names()
    {
        await MakeAsync(sign: true);

        var result = await InstallAsync("--no-path");

        Assert.Equal((0, ""), (result.ExitCode, result.Stderr));
        Assert.Contains("Signature: good.\nChecksum: good.\n", result.Stdout, StringComparison.Ordinal);
        Assert.Equal([".pryx-installed", "pryx", "pryx-core", "pryx-tui"], Directory.GetFiles(Bin).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Null(new FileInfo(Path.Combine(Bin, "pryx-core")).LinkTarget);
        Assert.Equal("pryx 9.9.9\n", (await RunProcess.RunAsync(Path.Combine(Bin, "pryx-core"), ["--version"], new(), Cancellation)).Stdout);
        Assert.True(File.Exists(Path.Combine(_home.Home, ".local", "share", "man", "man1", "pryx.1")));
    }

    [Theory]
    [InlineData("unsigned", "This release is not signed")]
    [InlineData("forged", "The signature of the release is wrong")]
    [InlineData("list changed", "The signature of the release is wrong")]
    [InlineData("signature gone", "The release has no signature")]
    [InlineData("archive changed", "is damaged: its checksum is not the one of the release")]
    [InlineData("archive gone", "could not be fetched")]
    [InlineData("nothing there", "There is no release at")]
    [InlineData("other system", "The release has no Pryx")]
    public async Task What_nobody_vouches_for_is_not_installed(string what, string says)
    {
        await MakeAsync(sign: what != "unsigned", what == "other system" ? "plan9-x64" : null);
        var sums = Path.Combine(_release, "SHA256SUMS");
        var archive = Directory.GetFiles(_release, "*.tar.gz").Single();
        switch (what)
        {
            case "forged":
                await OpenSslAsync("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", Path.Combine(_home.Root, "other.pem"));
                await OpenSslAsync("dgst", "-sha256", "-sign", Path.Combine(_home.Root, "other.pem"), "-out", sums + ".sig", sums);
                break;
            case "list changed":
                await File.AppendAllTextAsync(sums, $"{new string('0', 64)}  other\n", Cancellation);
                break;
            case "signature gone":
                File.Delete(sums + ".sig");
                break;
            case "archive changed":
                await File.AppendAllTextAsync(archive, "x", Cancellation);
                break;
            case "archive gone":
                File.Delete(archive);
                break;
            case "nothing there":
                File.Delete(sums);
                break;
        }

        var result = await InstallAsync("--no-path");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Error: ", result.Stderr, StringComparison.Ordinal);
        Assert.Contains(says, result.Stderr, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Bin), "something was installed");
    }

    [Fact]
    public async Task An_unsigned_release_is_installed_by_who_says_so()
    {
        await MakeAsync(sign: false);

        var result = await InstallAsync("--no-path", "--allow-unsigned");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Warning: the release is not signed.", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("DEP8", "config kept")]
    [Requirement("DEP8", "reset on request")]
    [Requirement("FR7.1", "in PATH")]
    public async Task A_second_time_keeps_the_configuration_and_the_profile_has_one_line()
    {
        await MakeAsync(sign: true);
        var config = Path.Combine(_home.Data, "config.yaml");
        Directory.CreateDirectory(_home.Data);
        await File.WriteAllTextAsync(config, "model_name: mine\n", Cancellation);

        var first = await InstallAsync("--yes");
        var second = await InstallAsync("--yes");
        var kept = await File.ReadAllTextAsync(config, Cancellation);
        var reset = await InstallAsync("--reset", "--no-path");

        Assert.Equal((0, 0, 0), (first.ExitCode, second.ExitCode, reset.ExitCode));
        Assert.Equal("model_name: mine\n", kept);
        Assert.Equal($"export PATH=\"{Bin}:$PATH\" # pryx\n", await File.ReadAllTextAsync(Path.Combine(_home.Home, ".profile"), Cancellation));
        Assert.False(File.Exists(config));
        Assert.Equal("model_name: mine\n", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_home.Data, "config.yaml.before-*")), Cancellation));
        var shell = await RunProcess.RunAsync("/bin/sh", ["-lc", "pryx --version"], Setup(), Cancellation);
        Assert.Equal("pryx 9.9.9\n", shell.Stdout);
    }

    [Theory]
    [InlineData("curl")]
    [InlineData("wget")]
    public async Task From_an_address_it_is_fetched_with_what_is_there(string program)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{program}"), $"{program} is not installed: apt-get install {program}");
        await MakeAsync(sign: true);
        await using var server = await AnsweringServer.StartAsync(async (request, http) =>
        {
            var file = Path.Combine(_release, Path.GetFileName(request.Path));
            http.Response.StatusCode = File.Exists(file) ? 200 : 404;
            await http.Response.Body.WriteAsync(File.Exists(file) ? await File.ReadAllBytesAsync(file, Cancellation) : [], Cancellation);
        }, Cancellation);
        var tools = Directory.CreateDirectory(Path.Combine(_home.Root, "tools")).FullName;
        foreach (var tool in (string[])["sh", "sed", "cut", "tail", "mktemp", "uname", "tar", "gzip", "sha256sum", "openssl", "cp", "mv", "rm", "ln", "mkdir", "chmod", "basename", "dirname", "cat", "head", "grep", program])
        {
            File.CreateSymbolicLink(Path.Combine(tools, tool), ((string[])[$"/usr/bin/{tool}", $"/bin/{tool}"]).First(File.Exists));
        }
        var setup = Setup();

        var result = await RunProcess.RunAsync("/bin/sh", [Path.Combine(_release, "install.sh"), "--from", server.Url, "--no-path"], setup with { Environment = new Dictionary<string, string?>(setup.Environment) { ["PATH"] = tools } }, Cancellation);

        Assert.Equal((0, ""), (result.ExitCode, result.Stderr));
        Assert.True(File.Exists(Path.Combine(Bin, "pryx-tui")));
    }

    [Fact]
    public async Task What_would_be_done_can_be_asked_and_nothing_is_done()
    {
        await MakeAsync(sign: true);

        var result = await InstallAsync("--dry-run");
        var unknown = await InstallAsync("--frob");

        Assert.Contains($"Would install Pryx 9.9.9 ({_rid})", result.Stdout, StringComparison.Ordinal);
        Assert.Equal((0, 2), (result.ExitCode, unknown.ExitCode));
        Assert.False(Directory.Exists(Bin));
    }

    [Fact]
    [Requirement("FR7.2", "no external dependencies")]
    public async Task Where_there_is_only_busybox_it_installs_and_says_that_it_can_not_check_the_signature()
    {
        var busybox = File.Exists("/bin/busybox") ? "/bin/busybox" : "/usr/bin/busybox";
        Assert.SkipUnless(File.Exists(busybox), "busybox is not installed: apt-get install busybox-static");
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed: apt-get install bubblewrap");
        await MakeAsync(sign: true);
        string[] jail = ["--unshare-all", "--die-with-parent", "--dir", "/bin", "--tmpfs", "/tmp", "--dev", "/dev", "--ro-bind", busybox, "/bin/busybox", "--bind", _home.Home, "/home", "--ro-bind", _release, "/release", "--clearenv", "--setenv", "HOME", "/home", "--setenv", "PATH", "/bin", "/bin/busybox", "sh", "-c"];

        var probe = await RunProcess.RunAsync("/usr/bin/bwrap", [.. jail, "exit 0"], new(), Cancellation);
        Assert.SkipUnless(probe.ExitCode == 0, $"bubblewrap does not run here: {probe.Stderr}");
        var refused = await RunProcess.RunAsync("/usr/bin/bwrap", [.. jail, "/bin/busybox --install -s /bin; sh /release/install.sh --from /release --no-path"], new(), Cancellation);
        var result = await RunProcess.RunAsync("/usr/bin/bwrap", [.. jail, "/bin/busybox --install -s /bin; sh /release/install.sh --from /release --no-path --checksum-only && /home/.local/bin/pryx --version"], new(), Cancellation);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("there is no openssl here to check that", refused.Stderr, StringComparison.Ordinal);
        Assert.Equal((0, ""), (result.ExitCode, result.Stderr));
        Assert.EndsWith("pryx 9.9.9\n", result.Stdout, StringComparison.Ordinal);
    }

    private Task<ProcessResult> InstallAsync(params string[] arguments) => RunProcess.RunAsync("/bin/sh", [Path.Combine(_release, "install.sh"), "--from", _release, .. arguments], Setup(), Cancellation);

    private ProcessSetup Setup()
    {
        var variables = new Dictionary<string, string?> { ["HOME"] = _home.Home, ["SHELL"] = "/bin/sh", ["ENV"] = null };
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(static name => name.StartsWith("PRYX_", StringComparison.Ordinal)))
        {
            variables[name] = null;
        }
        return new() { Environment = variables, WorkingDirectory = _home.Workspace };
    }

    // What eng/release does, for a program of one line.
    private async Task MakeAsync(bool sign, string? rid = null)
    {
        var name = $"pryx-9.9.9-{rid ?? _rid}";
        var root = Path.Combine(_home.Root, "stage", name);
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        Directory.CreateDirectory(Path.Combine(root, "man"));
        await File.WriteAllTextAsync(Path.Combine(root, "bin", "pryx"), "#!/bin/sh\necho pryx 9.9.9\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(root, "man", "pryx.1"), ".TH PRYX 1\n", Cancellation);
        var archive = Path.Combine(_release, $"{name}.tar.gz");
        var packed = await RunProcess.RunAsync("tar", ["-czf", archive, "-C", Path.GetDirectoryName(root)!, name], new(), Cancellation);
        Assert.Equal(0, packed.ExitCode);
        var sums = Path.Combine(_release, "SHA256SUMS");
        await File.WriteAllTextAsync(sums, $"{Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(archive, Cancellation)))}  {name}.tar.gz\n", Cancellation);
        var installer = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "eng", "install.sh"), Cancellation);
        if (sign)
        {
            var key = Path.Combine(_home.Root, "key.pem");
            await OpenSslAsync("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key);
            installer = installer.Replace("public_key=''", $"public_key='{(await OpenSslAsync("ec", "-in", key, "-pubout")).TrimEnd()}'", StringComparison.Ordinal);
            await OpenSslAsync("dgst", "-sha256", "-sign", key, "-out", sums + ".sig", sums);
        }
        await File.WriteAllTextAsync(Path.Combine(_release, "install.sh"), installer, Cancellation);
    }

    private static async Task<string> OpenSslAsync(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed: apt-get install openssl");
        var result = await RunProcess.RunAsync("/usr/bin/openssl", arguments, new(), Cancellation);
        Assert.True(result.ExitCode == 0, result.Stderr);
        return result.Stdout;
    }
}
