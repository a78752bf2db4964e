using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>A file system of 3 MB in memory.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }
    private string Filler => System.IO.Path.Combine(Path, "filler");

    public static async Task<SmallDisk> MountAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can mount a small disk.");
        var path = Directory.CreateTempSubdirectory("pryx-disk-").FullName;
        var mounted = await RunProcess.RunAsync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", path], new(), cancellationToken);
        Assert.SkipUnless(mounted.ExitCode == 0, $"A small disk can not be mounted here: {mounted.Stderr}");
        return new(path);
    }

    /// <summary>Writes until nothing more fits.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[64 * 1024, 4096])
        {
            try
            {
                while (true)
                {
                    filler.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Full, to this size.
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public async Task MakeReadOnlyAsync(CancellationToken cancellationToken)
    {
        var result = await RunProcess.RunAsync("mount", ["-o", "remount,ro", Path], new(), cancellationToken);
        Assert.True(result.ExitCode == 0, result.Stderr);
    }

    public async ValueTask DisposeAsync()
    {
        await RunProcess.RunAsync("umount", ["--lazy", Path], new(), CancellationToken.None);
        Directory.Delete(Path);
    }
}
