using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Core.Secrets.Detection;
using Pryx.Core.Storage;
using Pryx.Protocol.Backup;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Backup;

/// <summary>
/// Takes over what another machine or another tool has. What is there already stays unless it is to be replaced, and is then set aside.
/// Values that look like secrets are left out of servers, with a note, unless they are asked for.
/// </summary>
/// <param name="takeServer">Adds a server under a name; false when the name is taken.</param>
/// <param name="serverNames">Those there are.</param>
public sealed class ImportDesk(PryxPaths paths, Func<ISecretStore> secrets, Func<string, JsonElement, bool> takeServer, Func<IReadOnlySet<string>> serverNames, TimeProvider time)
{
    /// <summary>Bytes of one file; what one writes by hand is far below it.</summary>
    private const long MostBytes = 50L * 1024 * 1024;
    private string? _aside;

    /// <exception cref="PryxException">IMPORT_NOTHING, BACKUP_…, PASSPHRASE_WRONG, STORAGE_….</exception>
    public async Task<ImportBody> RunAsync(ImportInput input, CancellationToken cancellationToken)
    {
        paths.Create();
        var unpacked = Path.Combine(paths.Data, $"restoring-{Guid.NewGuid():N}");
        try
        {
            var plan = ImportSource.OrNothing(await PlanAsync(input, unpacked, cancellationToken));
            _aside = null;
            List<ImportEntry> entries = [.. plan.Servers.Select(server => Take(server, input)), .. plan.Files.Select(files => Take(files, input))];
            foreach (var (name, value) in plan.Secrets.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                entries.Add(await TakeAsync(name, value, input, cancellationToken));
            }
            entries.AddRange(plan.Troubles.Select(static trouble => new ImportEntry("trouble", trouble, "refused")));
            return new(plan.From, entries, input.Apply);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Translate(e, paths.Data);
        }
        finally
        {
            if (Directory.Exists(unpacked))
            {
                Directory.Delete(unpacked, recursive: true);
            }
        }
    }

    private async Task<ImportPlan> PlanAsync(ImportInput input, string unpacked, CancellationToken cancellationToken)
    {
        if (input.From is "claude" or "openclaw")
        {
            return input.From == "claude" ? ImportSource.Claude(paths.Home) : ImportSource.OpenClaw(paths.Home);
        }
        var from = Path.IsPathFullyQualified(input.From) ? Path.GetFullPath(input.From) : throw new PryxException("VALIDATION_ERROR", "from: an absolute path, claude or openclaw is expected.");
        if (Directory.Exists(from))
        {
            return ImportSource.Pryx(from, from);
        }
        DatabaseFile.CreatePrivateDirectory(unpacked);
        await new BackupReader(from).ReadAsync(unpacked, cancellationToken);
        var sealedSecrets = Path.Combine(unpacked, BackupManifest.Secrets);
        var plan = ImportSource.Pryx(unpacked, from);
        return input is { Secrets: true, Passphrase: { } passphrase } && File.Exists(sealedSecrets)
            ? plan with { Secrets = BackupSecrets.Open(await File.ReadAllBytesAsync(sealedSecrets, cancellationToken), passphrase) }
            : plan;
    }

    private ImportEntry Take(OfferedServer server, ImportInput input)
    {
        if (serverNames().Contains(server.Name))
        {
            return new("server", server.Name, "taken", "there is a server of this name; it stays");
        }
        var left = new List<string>();
        var definition = input.Secrets ? server.Definition : WithoutSecrets(server.Definition, left);
        var note = left.Count == 0 ? null : $"without {string.Join(", ", left)}: look at it with pryx mcp list and set them in the environment, or take them with --with-secrets";
        return !input.Apply ? new("server", server.Name, "new", note)
            : takeServer(server.Name, definition) ? new("server", server.Name, "imported", note)
            : new("server", server.Name, "refused", "its definition can not be understood");
    }

    private ImportEntry Take(OfferedFiles offered, ImportInput input)
    {
        if (!IsPlain(offered.Source, out var why))
        {
            return new(offered.Kind, offered.Name, "refused", why);
        }
        var target = Path.Combine(paths.Data, offered.Target);
        var exists = Path.Exists(target);
        if (exists && IsSame(offered.Source, target))
        {
            return new(offered.Kind, offered.Name, "same");
        }
        if (exists && !input.Replace)
        {
            return new(offered.Kind, offered.Name, "taken", "there is another one of this name; it stays without --replace");
        }
        if (!input.Apply)
        {
            return new(offered.Kind, offered.Name, exists ? "taken" : "new", exists ? "would be replaced; what is there is set aside" : null);
        }
        if (exists)
        {
            var kept = Path.Combine(Aside(), offered.Target);
            DatabaseFile.CreatePrivateDirectory(Path.GetDirectoryName(kept)!);
            Directory.Move(target, kept);
        }
        Copy(offered.Source, target);
        return new(offered.Kind, offered.Name, exists ? "replaced" : "imported", exists ? $"what was there is in {_aside}" : null);
    }

    private async Task<ImportEntry> TakeAsync(string name, string value, ImportInput input, CancellationToken cancellationToken)
    {
        var there = await secrets().GetAsync(name, cancellationToken);
        if (there == value)
        {
            return new("secret", name, "same");
        }
        if (there is not null && !input.Replace)
        {
            return new("secret", name, "taken", "another one is stored; it stays without --replace");
        }
        if (input.Apply)
        {
            await secrets().SetAsync(name, value, cancellationToken);
        }
        return new("secret", name, !input.Apply ? "new" : there is null ? "imported" : "replaced");
    }

    private string Aside() => _aside ??= Path.Combine(paths.Data, $"before-import-{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("N")[..4]}");

    // env and headers of a server are where its keys are.
    private static JsonElement WithoutSecrets(JsonElement definition, List<string> left)
    {
        var copy = JsonObject.Create(definition)!;
        foreach (var part in (ReadOnlySpan<string>)["env", "headers"])
        {
            if (copy[part] is not JsonObject values)
            {
                continue;
            }
            foreach (var (name, value) in values.ToList())
            {
                var text = value is JsonValue known && known.TryGetValue<string>(out var said) ? said : "";
                // A reference to a variable is no secret.
                if (text.Length > 0 && !text.StartsWith('$') && !text.StartsWith("keychain:", StringComparison.Ordinal) && LooksSecret($"{name}: {text}"))
                {
                    values.Remove(name);
                    left.Add(name);
                }
            }
        }
        using var document = JsonDocument.Parse(copy.ToJsonString());
        return document.RootElement.Clone();
    }

    private static bool LooksSecret(string line)
    {
        var found = new List<SecretSpan>();
        SecretDetector.Find(line, isEager: true, found);
        return found.Count > 0;
    }

    private static bool IsPlain(string source, out string? why)
    {
        why = null;
        var files = File.Exists(source) ? [new FileInfo(source)] : new DirectoryInfo(source).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).ToArray();
        foreach (var entry in files)
        {
            why ??= entry.LinkTarget is not null ? $"{entry.Name} is a link, and may lead anywhere" : entry is FileInfo { Length: > MostBytes } ? $"{entry.Name} is larger than {MostBytes >> 20} MB" : null;
        }
        return why is null;
    }

    private static bool IsSame(string one, string two)
    {
        if (File.Exists(one) || File.Exists(two))
        {
            return File.Exists(one) && File.Exists(two) && File.ReadAllBytes(one).AsSpan().SequenceEqual(File.ReadAllBytes(two));
        }
        var names = Names(one);
        return names.SequenceEqual(Names(two), StringComparer.Ordinal) && names.All(name => File.ReadAllBytes(Path.Combine(one, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(two, name))));
    }

    private static List<string> Names(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal)];

    private static void Copy(string source, string target)
    {
        DatabaseFile.CreatePrivateDirectory(Path.GetDirectoryName(target)!);
        if (File.Exists(source))
        {
            PrivateFile.Replace(target, File.ReadAllBytes(source));
            return;
        }
        foreach (var name in Names(source))
        {
            var file = Path.Combine(target, name);
            DatabaseFile.CreatePrivateDirectory(Path.GetDirectoryName(file)!);
            PrivateFile.Replace(file, File.ReadAllBytes(Path.Combine(source, name)));
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path.Combine(source, name)) & UnixFileMode.UserExecute) != 0)
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }
}
