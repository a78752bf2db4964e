using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Core.Secrets;
using Pryx.Core.Storage;
using Pryx.Protocol.Backup;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Backup;

/// <summary>Backups of everything, what a file of them holds, and taking over what another machine or another tool has. Restoring is for a Pryx that does not run.</summary>
public sealed class BackupEndpoints(PryxPaths paths, Database database, Func<ISecretStore> secrets, ImportDesk imports, AuditLog audit, string version)
{
    private const string Root = "/api/v1/backups";
    private readonly string _folder = Path.Combine(paths.Data, BackupContents.Folder);

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root, "The backups in the data directory, newest first")
        { Scope = Scopes.Admin, Response = BackupJson.Default.BackupList }, ListAsync);
        routes.Add(new("POST", Root, "Writes a backup: the database as of one moment, and every file but secrets, caches and logs; on this machine only")
        { Scope = Scopes.Admin, Request = BackupJson.Default.BackupInput, Response = BackupJson.Default.BackupBody, Status = 201 }, CreateAsync);
        routes.Add(new("POST", $"{Root}/verify", "Reads all of a backup and says whether it is whole and could be restored")
        { Scope = Scopes.Admin, Request = BackupJson.Default.BackupCheckInput, Response = BackupJson.Default.BackupBody }, VerifyAsync);
        routes.Add(new("POST", "/api/v1/imports", "What could be taken over from a backup, an export, Claude Code or OpenClaw; with apply it is")
        { Scope = Scopes.Admin, Request = BackupJson.Default.ImportInput, Response = BackupJson.Default.ImportBody }, ImportAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var found = new List<BackupBody>();
        foreach (var file in Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*.tar.gz") : [])
        {
            try
            {
                found.Add(Body(file, await new BackupReader(file).PeekAsync(http.RequestAborted)));
            }
            catch (PryxException e)
            {
                found.Add(new(file, "", 0, new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero), new FileInfo(file).Length, 0, Sessions: false, Secrets: false) { Trouble = e.Message });
            }
        }
        await http.WriteAsync(new BackupList([.. found.OrderByDescending(static backup => backup.CreatedAt)]), BackupJson.Default.BackupList);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var input = await http.ReadOrDefaultAsync(BackupJson.Default.BackupInput);
        OnlyHere(http);
        var target = input.Path is { } wanted ? Absolute(wanted) : Path.Combine(_folder, $"pryx-{database.Time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("N")[..4]}.tar.gz");
        if (input.Path is not null && target.StartsWith(paths.Data + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !target.StartsWith(_folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new PryxException("VALIDATION_ERROR", $"{target} is in the middle of what is backed up.", "leave the file out, or name one elsewhere");
        }
        var sealedSecrets = input.Passphrase is { } passphrase ? await BackupSecrets.SealAsync(secrets(), passphrase, http.RequestAborted) : null;
        var manifest = await new BackupWriter(paths, database, version).WriteAsync(target, input.Sessions, sealedSecrets, http.RequestAborted);
        await audit.AppendAsync(new("backup.created", "backup", Path.GetFileName(target), $"{http.Surface()}:{Caller.Of(http).Name}", manifest.HasSecrets ? """{"secrets":true}""" : "{}", "ok"), http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status201Created;
        await http.WriteAsync(Body(target, manifest), BackupJson.Default.BackupBody, StatusCodes.Status201Created);
    }

    private async Task VerifyAsync(HttpContext http)
    {
        var input = await http.ReadAsync(BackupJson.Default.BackupCheckInput);
        OnlyHere(http);
        var file = Absolute(input.Path);
        await http.WriteAsync(Body(file, await new BackupReader(file).ReadAsync(null, http.RequestAborted)), BackupJson.Default.BackupBody);
    }

    private async Task ImportAsync(HttpContext http)
    {
        var input = await http.ReadAsync(BackupJson.Default.ImportInput);
        OnlyHere(http);
        var body = await imports.RunAsync(input, http.RequestAborted);
        if (body.Applied)
        {
            foreach (var entry in body.Entries.Where(static entry => entry.State is "imported" or "replaced"))
            {
                await audit.AppendAsync(new($"import.{entry.Kind}", entry.Kind, entry.Name, $"{http.Surface()}:{Caller.Of(http).Name}", "{}", entry.State), http.RequestAborted);
            }
        }
        await http.WriteAsync(body, BackupJson.Default.ImportBody);
    }

    private static BackupBody Body(string file, BackupManifest manifest) => new(
        file, manifest.Version, manifest.Schema, manifest.CreatedAt, new FileInfo(file).Length, manifest.Files.Count, manifest.HasDatabase, manifest.HasSecrets)
    { Trouble = BackupRestore.Fit(file, manifest)?.Message };

    private static string Absolute(string path) => Path.IsPathFullyQualified(path) ? Path.GetFullPath(path) : throw new PryxException("VALIDATION_ERROR", "path: an absolute path is expected.");

    // Files of this machine are named, and whoever is not at it has no business with them.
    private static void OnlyHere(HttpContext http)
    {
        if (Caller.Of(http).IsRemote)
        {
            throw new PryxException("CONFIG_LOCAL_ONLY", "Backups and imports are made on this machine alone.", "pryx backup create");
        }
    }
}
