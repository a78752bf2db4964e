using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pryx.Core.Backup;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Backup;

/// <summary>Backups of a running daemon, restored elsewhere; and files that only look like one.</summary>
public sealed class BackupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_said_and_set_comes_back_and_what_was_there_is_set_aside()
    {
        using var there = new TempHome();
        using var here = new TempHome();
        string file;
        string session;
        await using (var core = await TestCore.StartAsync(null, Cancellation, there))
        {
            session = await NewSessionAsync(core, "the old one");
            Directory.CreateDirectory(Path.Combine(there.Data, "skills", "mine"));
            await File.WriteAllTextAsync(Path.Combine(there.Data, "skills", "mine", "SKILL.md"), "---\nname: mine\ndescription: mine\n---\nDo it.\n", Cancellation);
            await File.WriteAllTextAsync(Path.Combine(there.Data, "config.yaml"), "model_name: gpt-4o\n", Cancellation);
            file = await CreateAsync(core, "{}");
        }
        var target = Paths(here);
        await using (var core = await TestCore.StartAsync(null, Cancellation, here))
        {
            await NewSessionAsync(core, "the one that goes");
        }

        var restored = await new BackupRestore(target, TimeProvider.System).RunAsync(file, null, Cancellation);

        await using var after = await TestCore.StartAsync(null, Cancellation, here);
        var names = string.Join(", ", await SessionsAsync(after));
        Assert.Equal($"{session} the old one", names);
        Assert.Equal("model_name: gpt-4o\n", await File.ReadAllTextAsync(target.Config, Cancellation));
        Assert.True(File.Exists(Path.Combine(target.Skills, "mine", "SKILL.md")));
        Assert.True(File.Exists(Path.Combine(restored.Aside!, "pryx.db")));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(target.Data), static entry => Path.GetFileName(entry).StartsWith("restoring-", StringComparison.Ordinal));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(target.Database) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task A_backup_is_of_one_moment_while_others_write_on()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var at = 0; !stop.IsCancellationRequested; at++)
            {
                await NewSessionAsync(core, $"busy {at}");
            }
        }, Cancellation);
        var files = new List<string>();
        for (var round = 0; round < 5; round++)
        {
            files.Add(await CreateAsync(core, "{}"));
        }
        await stop.CancelAsync();
        await writing;

        foreach (var file in files)
        {
            using var home = new TempHome();
            await new BackupRestore(Paths(home), TimeProvider.System).RunAsync(file, null, Cancellation);
            Assert.Contains("pryx.db", Names(file));
            await using var database = await Database.OpenAsync(Paths(home).Database, TimeProvider.System, Cancellation);
            Assert.Empty(await database.CheckAsync(Cancellation));
        }
    }

    [Fact]
    public async Task No_secret_is_in_it_unless_asked_and_then_only_under_the_passphrase()
    {
        const string Secret = "sk-live-0123456789abcdef0123";
        await using var core = await TestCore.StartAsync(null, Cancellation);
        using var set = await core.Http.PostAsJsonAsync("/api/v1/providers/openai/key", new { api_key = Secret }, Cancellation);
        Assert.True(set.IsSuccessStatusCode, await set.Content.ReadAsStringAsync(Cancellation));

        var without = await CreateAsync(core, "{}");
        var with = await CreateAsync(core, """{"passphrase":"correct horse battery"}""");

        Assert.DoesNotContain(Secret, Everything(without) + Everything(with), StringComparison.Ordinal);
        Assert.DoesNotContain("secrets.sealed", Names(without));
        Assert.DoesNotContain(Names(with), static name => name is "core.token" or "vault.key" or "vault.json");
        using var home = new TempHome();
        var restored = await new BackupRestore(Paths(home), TimeProvider.System).RunAsync(with, "correct horse battery", Cancellation);
        Assert.Equal(Secret, restored.Secrets["pryx:provider:openai"]);
        var wrong = await Assert.ThrowsAsync<PryxException>(() => new BackupRestore(Paths(home), TimeProvider.System).RunAsync(with, "wrong horse battery", Cancellation));
        Assert.Equal("PASSPHRASE_WRONG", wrong.Code);
    }

    [Theory]
    [InlineData("cut", "BACKUP_DAMAGED")]
    [InlineData("changed", "BACKUP_DAMAGED")]
    [InlineData("empty", "BACKUP_DAMAGED")]
    [InlineData("text", "BACKUP_DAMAGED")]
    [InlineData("missing", "BACKUP_NOT_FOUND")]
    [InlineData("traversal", "BACKUP_REFUSED")]
    [InlineData("absolute", "BACKUP_REFUSED")]
    [InlineData("token", "BACKUP_REFUSED")]
    [InlineData("symlink", "BACKUP_REFUSED")]
    [InlineData("hardlink", "BACKUP_REFUSED")]
    [InlineData("unlisted", "BACKUP_REFUSED")]
    [InlineData("twice", "BACKUP_REFUSED")]
    [InlineData("bomb", "BACKUP_REFUSED")]
    [InlineData("longer", "BACKUP_DAMAGED")]
    [InlineData("newer", "BACKUP_TOO_NEW")]
    [InlineData("newer inside", "BACKUP_TOO_NEW")]
    public async Task What_is_no_whole_backup_of_ours_changes_nothing(string kind, string code)
    {
        using var home = new TempHome();
        var paths = Paths(home);
        await using (var core = await TestCore.StartAsync(null, Cancellation, home))
        {
            await NewSessionAsync(core, "stays");
        }
        var file = Path.Combine(home.Root, "evil.tar.gz");
        await MakeAsync(kind, file, home);
        var before = Directory.GetFileSystemEntries(home.Root, "*", SearchOption.AllDirectories).Order().ToList();

        var refused = await Assert.ThrowsAsync<PryxException>(() => new BackupRestore(paths, TimeProvider.System).RunAsync(file, null, Cancellation));

        Assert.Equal(code, refused.Code);
        Assert.NotNull(refused.Next);
        Assert.Equal(before, Directory.GetFileSystemEntries(home.Root, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task While_somebody_has_the_database_open_nothing_is_restored()
    {
        using var home = new TempHome();
        await using var core = await TestCore.StartAsync(null, Cancellation, home);
        var file = await CreateAsync(core, "{}");

        var refused = await Assert.ThrowsAsync<PryxException>(() => new BackupRestore(Paths(home), TimeProvider.System).RunAsync(file, null, Cancellation));

        Assert.Equal("BACKUP_IN_USE", refused.Code);
    }

    private static async Task MakeAsync(string kind, string file, TempHome home)
    {
        var listed = new List<(string Name, byte[] Bytes)> { ("config.yaml", "model_name: evil\n"u8.ToArray()) };
        var extra = new List<TarEntry>();
        var schema = 0;
        switch (kind)
        {
            case "missing":
                return;
            case "empty":
                await File.WriteAllBytesAsync(file, [], Cancellation);
                return;
            case "text":
                await File.WriteAllTextAsync(file, "hello", Cancellation);
                return;
            case "traversal":
                listed.Add(("../../out.txt", [1]));
                break;
            case "absolute":
                listed.Add(("/etc/pryx-test", [1]));
                break;
            case "token":
                listed.Add(("core.token", [1]));
                break;
            case "symlink":
                extra.Add(new PaxTarEntry(TarEntryType.SymbolicLink, "skills") { LinkName = "/etc" });
                break;
            case "hardlink":
                extra.Add(new PaxTarEntry(TarEntryType.HardLink, "skills/x") { LinkName = "config.yaml" });
                break;
            case "unlisted":
                extra.Add(Entry("hooks.json", [1]));
                break;
            case "twice":
                extra.Add(Entry("config.yaml", listed[0].Bytes));
                break;
            case "newer":
                schema = 9_999;
                break;
            case "newer inside":
                listed.Add(("pryx.db", await NewerDatabaseAsync(home)));
                break;
        }
        var files = listed.Select(static entry => new BackedUpFile(entry.Name, entry.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(entry.Bytes)))).ToList();
        if (kind == "bomb")
        {
            files[0] = files[0] with { Bytes = 100L << 30 };
        }
        var manifest = new BackupManifest(1, "0.1.0", schema, DateTimeOffset.UnixEpoch, files).ToJson();
        if (kind == "changed")
        {
            listed[0] = ("config.yaml", "model_name: EVIL\n"u8.ToArray());
        }
        if (kind == "longer")
        {
            listed[0] = ("config.yaml", new byte[4096]);
        }
        await using (var target = File.Create(file))
        await using (var packed = new GZipStream(target, CompressionLevel.Fastest))
        await using (var tar = new TarWriter(packed))
        {
            await tar.WriteEntryAsync(Entry("manifest.json", manifest), Cancellation);
            foreach (var (name, bytes) in listed)
            {
                await tar.WriteEntryAsync(Entry(name, bytes), Cancellation);
            }
            foreach (var entry in extra)
            {
                await tar.WriteEntryAsync(entry, Cancellation);
            }
        }
        if (kind == "cut")
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancellation);
            await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)], Cancellation);
        }
    }

    private static async Task<byte[]> NewerDatabaseAsync(TempHome home)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("pryx-newer-").FullName, "pryx.db");
        await using (var database = await Database.OpenAsync(path, TimeProvider.System, Cancellation))
        {
            await database.WriteAsync(static connection => connection.Execute("PRAGMA user_version = 9999"), Cancellation);
        }
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.NotEmpty(home.Root);
        return bytes;
    }

    private static PaxTarEntry Entry(string name, byte[] bytes) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) };

    private static PryxPaths Paths(TempHome home) => new(home.Home, home.Data);

    private static async Task<string> CreateAsync(TestCore core, string body)
    {
        using var answer = await core.Http.PostAsync("/api/v1/backups", new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        // Outside of the home, which a test may throw away first.
        var file = document.RootElement.GetProperty("path").GetString()!;
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        return file;
    }

    private static async Task<string> NewSessionAsync(TestCore core, string title)
    {
        using var answer = await core.Http.PostAsJsonAsync("/api/v1/sessions", new { title, model = "demo/tour" }, Cancellation);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return document.RootElement.GetProperty("id").GetString()!;
    }

    private static async Task<IEnumerable<string>> SessionsAsync(TestCore core)
    {
        using var document = JsonDocument.Parse(await core.Http.GetStringAsync("/api/v1/sessions", Cancellation));
        return [.. document.RootElement.GetProperty("sessions").EnumerateArray().Select(static session => $"{session.GetProperty("id").GetString()} {session.GetProperty("title").GetString()}")];
    }

    private static List<string> Names(string file)
    {
        using var unpacked = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var tar = new TarReader(unpacked);
        var names = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }
        return names;
    }

    private static string Everything(string file)
    {
        using var unpacked = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        unpacked.CopyTo(memory);
        return Encoding.Latin1.GetString(memory.ToArray());
    }
}
