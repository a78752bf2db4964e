using Pryx.Testing;

namespace Pryx.Core.Tests.Sandbox;

/// <summary>Runs whole test classes again as nobody; for tests that run as root.</summary>
internal static class Unprivileged
{
    public static async Task RunAsync(params Type[] classes)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        var folder = Directory.CreateTempSubdirectory("pryx-nobody-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_111_111);
        try
        {
            string[] command = ["--reuid=65534", "--regid=65534", "--clear-groups", Environment.ProcessPath!, .. classes.SelectMany(type => (string[])["-class", type.FullName!])];
            var result = await RunProcess.RunAsync(
                "setpriv", command,
                new() { Environment = new Dictionary<string, string?> { ["TMPDIR"] = folder.FullName, ["HOME"] = folder.FullName }, WorkingDirectory = folder.FullName, Timeout = TimeSpan.FromMinutes(3) },
                TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, result.Stdout + result.Stderr);
            Assert.Contains("Failed: 0", result.Stdout, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
