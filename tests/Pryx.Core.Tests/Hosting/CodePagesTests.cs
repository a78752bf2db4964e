using Pryx.Core.Hosting;

namespace Pryx.Core.Tests.Hosting;

public sealed class CodePagesTests
{
    [Fact]
    public void Only_what_can_be_read_from_its_file_again_is_let_go()
    {
        string[] smaps =
        [
            "00400000-00500000 r-xp 00006000 fe:00 5317155                            /opt/pryx/pryx",
            "Size:               1024 kB", "Rss:                 512 kB", "Private_Dirty:         0 kB", "Anonymous:             0 kB", "Locked:                0 kB", "VmFlags: rd ex mr mw me",
            "00600000-00700000 r--p 00106000 fe:00 5317155                            /opt/pryx/relocated.so",
            "Rss:                 512 kB", "Private_Dirty:         4 kB", "Anonymous:             4 kB",
            "00700000-00800000 rw-p 00206000 fe:00 5317155                            /opt/pryx/pryx",
            "Rss:                 512 kB", "Private_Dirty:         0 kB", "Anonymous:             0 kB",
            "00900000-00a00000 r-xp 00000000 00:01 1025                               /memfd:doublemapper (deleted)",
            "Rss:                 512 kB", "Anonymous:             0 kB",
            "00a00000-00b00000 r--s 00000000 fe:00 77                                 /root/.pryx/pryx.db-shm",
            "Rss:                 512 kB", "Anonymous:             0 kB",
            "7f0000000000-7f0000100000 r-xp 00000000 00:00 0 ",
            "Rss:                 512 kB", "Anonymous:             0 kB",
            "7ffc00000000-7ffc00001000 r-xp 00000000 00:00 0                          [vdso]",
            "Rss:                   4 kB", "Anonymous:             0 kB",
            "7f1000000000-7f1000100000 r-xp 000c5000 fe:00 332131                     /usr/lib/lib with spaces.so",
            "Rss:                 100 kB", "Anonymous:             0 kB",
        ];

        var mappings = CodePages.Untouched(smaps).ToList();

        Assert.Equal([(0x400000UL, 0x500000UL, 512 * 1024L), (0x7f1000000000UL, 0x7f1000100000UL, 100 * 1024L)], mappings);
    }

    [Fact]
    public void A_process_goes_on_after_letting_go()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The pages of program files are let go on Linux only.");

        var released = CodePages.Release();
        var text = string.Join(',', Enumerable.Range(0, 1000).OrderByDescending(static number => number));

        Assert.True(released > 0);
        Assert.StartsWith("999,998", text, StringComparison.Ordinal);
    }
}
