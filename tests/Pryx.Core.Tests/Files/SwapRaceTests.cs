using System.Diagnostics;
using Pryx.Core.Files;

namespace Pryx.Core.Tests.Files;

/// <summary>Somebody swaps a folder for a link outside as fast as possible while files in it are written, read and deleted.</summary>
public sealed class SwapRaceTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_outside_is_ever_changed_or_seen(bool walksComponents)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");
        var disk = new LinuxDisk(walksComponents);
        var victim = Path.Join(_workspace.Outside, "a.txt");
        File.WriteAllText(victim, "outside");
        Directory.CreateDirectory(_workspace["sub"]);
        File.WriteAllText(_workspace["sub/a.txt"], "inside");
        using var stop = new CancellationTokenSource();
        var swaps = 0;
        var swapping = Task.Run(() =>
        {
            for (; !stop.IsCancellationRequested; swaps++)
            {
                try
                {
                    Directory.Move(_workspace["sub"], _workspace["aside"]);
                    _workspace.Link("sub", _workspace.Outside);
                    File.Delete(_workspace["sub"]);
                    Directory.Move(_workspace["aside"], _workspace["sub"]);
                }
                catch (IOException)
                {
                    // A write made the missing folder anew meanwhile: go on with that one.
                    Directory.CreateDirectory(_workspace["sub"]);
                    if (Directory.Exists(_workspace["aside"]))
                    {
                        Directory.Delete(_workspace["aside"], recursive: true);
                    }
                }
            }
        }, TestContext.Current.CancellationToken);

        var (done, refused) = (0, 0);
        var watch = Stopwatch.StartNew();
        for (var i = 0; watch.Elapsed < TimeSpan.FromSeconds(3); i++)
        {
            try
            {
                switch (i % 4)
                {
                    case 0:
                        disk.Write(_workspace["sub/a.txt"], "inside"u8);
                        break;
                    case 1:
                        Assert.Equal("inside"u8, disk.Read(_workspace["sub/a.txt"]).Bytes);
                        break;
                    case 2:
                        disk.Write(_workspace["sub/b.txt"], "inside"u8);
                        break;
                    default:
                        disk.Delete(_workspace["sub/b.txt"]);
                        break;
                }
                done++;
            }
            catch (IOException)
            {
                refused++;
            }
        }
        await stop.CancelAsync();
        await swapping;

        Assert.Equal("outside", File.ReadAllText(victim));
        Assert.Equal([victim], Directory.GetFileSystemEntries(_workspace.Outside));
        Assert.True(done >= 50 && refused >= 50 && swaps > 10, $"{done} done, {refused} refused, {swaps} swaps");
    }
}
