using System.Text;
using Pryx.Core.Files;
using Pryx.Core.Secrets.Detection;
using Pryx.Core.Storage;
using Pryx.Core.Tools;
using Pryx.Core.Workspaces;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Memory;

/// <param name="Untrusted">Whose words it was taken from, where nobody vouches for them; null otherwise.</param>
/// <param name="By">user or model.</param>
public sealed record NewMemory(string Text, MemoryScope Scope, string By, string? Untrusted = null)
{
    /// <summary>The folder gets a file of its own for its facts.</summary>
    public bool InFolder { get; init; }
}

/// <summary>Reads and changes the facts of the user and of a folder. The files are the truth: whatever a person does to them counts at once.</summary>
public sealed class MemoryDesk(MemoryPlaces places, Func<CancellationToken, Task<Database>> databaseAsync, Func<CancellationToken, Task<WorkspaceTrust>> trustAsync, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The user's, then the folder's, each in the order of its file.</summary>
    public async Task<IReadOnlyList<PlacedEntry>> ListAsync(ToolScope scope, CancellationToken cancellationToken)
    {
        var found = new List<PlacedEntry>();
        foreach (var (file, of) in FilesOf(scope))
        {
            found.AddRange((await ReadAsync(file, cancellationToken)).Entries.Select(entry => new PlacedEntry(entry, of, file)));
        }
        return found;
    }

    /// <summary>Full-text search, best first; every word must occur. Without a word the newest, newest first.</summary>
    public async Task<IReadOnlyList<PlacedEntry>> SearchAsync(string query, ToolScope scope, int limit, CancellationToken cancellationToken)
    {
        var all = await ListAsync(scope, cancellationToken);
        var index = new MemoryIndex(await databaseAsync(cancellationToken));
        return await index.FindAsync(query, all, FilesOf(scope).Select(static place => place.File), limit, cancellationToken)
            ?? [.. all.Reverse().Take(limit)];
    }

    /// <summary>What is known already is not noted twice; what was noted of a stranger's words and is now said by the user is the user's.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR, MEMORY_SECRET, MEMORY_FULL.</exception>
    public async Task<PlacedEntry> AddAsync(NewMemory request, ToolScope scope, CancellationToken cancellationToken)
    {
        var entry = new MemoryEntry(Checked(request.Text), request.By) { Noted = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), Untrusted = request.Untrusted is { } source ? MemoryDocument.Clean(source) is { Length: > 0 } named ? named : "an untrusted source" : null };
        var file = request.Scope == MemoryScope.User ? places.User : request.InFolder ? MemoryPlaces.PathInFolder(scope.Workspace) : places.Of(scope.Workspace, scope.IsTrusted);
        await ChangeAsync(file, scope, document =>
        {
            var known = document.Entries.FirstOrDefault(one => one.Id == entry.Id);
            if (known is null)
            {
                document.Add(entry, request.Scope == MemoryScope.User ? "What Pryx knows of you" : $"What Pryx knows of {scope.Workspace}");
            }
            else if (known.Untrusted is not null && entry.Untrusted is null && entry.By == "user")
            {
                document.Replace(entry.Id, entry);
            }
            return true;
        }, cancellationToken);
        return new(entry, request.Scope, file);
    }

    /// <summary>Another text in the place of an entry; it is then the user's own.</summary>
    /// <param name="id">Or its beginning, where that is unique.</param>
    /// <exception cref="PryxException">MEMORY_NOT_FOUND, MEMORY_AMBIGUOUS, and as for adding.</exception>
    public async Task<PlacedEntry> EditAsync(string id, string text, ToolScope scope, CancellationToken cancellationToken)
    {
        var found = await FindAsync(id, scope, cancellationToken);
        var entry = new MemoryEntry(Checked(text), "user") { Noted = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime) };
        await ChangeAsync(found.File, scope, document => document.Replace(found.Entry.Id, entry), cancellationToken);
        return found with { Entry = entry };
    }

    /// <exception cref="PryxException">MEMORY_NOT_FOUND, MEMORY_AMBIGUOUS.</exception>
    public async Task<PlacedEntry> ForgetAsync(string id, ToolScope scope, CancellationToken cancellationToken)
    {
        var found = await FindAsync(id, scope, cancellationToken);
        await ChangeAsync(found.File, scope, document => document.Replace(found.Entry.Id, null), cancellationToken);
        return found;
    }

    private async Task<PlacedEntry> FindAsync(string id, ToolScope scope, CancellationToken cancellationToken)
    {
        var matches = (await ListAsync(scope, cancellationToken)).Where(placed => id.Length >= 4 && placed.Entry.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches.Count switch
        {
            1 => matches[0],
            0 => throw new PryxException("MEMORY_NOT_FOUND", $"Nothing is remembered under '{MemoryDocument.Clean(id)}'.", "pryx memory list shows what is"),
            _ => throw new PryxException("MEMORY_AMBIGUOUS", $"{matches.Count} entries begin with '{MemoryDocument.Clean(id)}'.", "type more of the id; pryx memory list shows them whole"),
        };
    }

    private IEnumerable<(string File, MemoryScope Scope)> FilesOf(ToolScope scope) => [(places.User, MemoryScope.User), (places.Of(scope.Workspace, scope.IsTrusted), MemoryScope.Workspace)];

    private static string Checked(string text)
    {
        var clean = MemoryDocument.Clean(text);
        if (clean.Length == 0)
        {
            throw new PryxException("VALIDATION_ERROR", "text: a fact in words is expected");
        }
        if (clean.Contains("«secret:", StringComparison.Ordinal) || HoldsSecret(clean))
        {
            throw new PryxException("MEMORY_SECRET", "The text holds a secret, and memory is a plain file that every later session reads.", "say what the secret is for and where it lies, not what it is");
        }
        return clean;
    }

    private static bool HoldsSecret(string text)
    {
        var found = new List<SecretSpan>();
        SecretDetector.Find(text, isEager: false, found);
        return found.Count > 0;
    }

    private async Task ChangeAsync(string file, ToolScope scope, Func<MemoryDocument, bool> change, CancellationToken cancellationToken)
    {
        Configuration.PryxPaths.CreatePrivate(places.Locks);
        var isInFolder = file != places.User && file == MemoryPlaces.PathInFolder(scope.Workspace);
        await using var held = await PrivateFile.LockAsync(Path.Combine(places.Locks, Path.GetFileName(Path.GetDirectoryName(file)!) is { Length: > 0 } name && !isInFolder ? $"{name}.lock" : "folder.lock"), Patience, time, cancellationToken);
        var before = isInFolder ? await FolderContents.InspectAsync(scope.Workspace, cancellationToken) : null;
        var document = await ReadAsync(file, cancellationToken);
        if (!change(document))
        {
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(document.ToString());
        if (bytes.Length > MemoryDocument.MaxFile)
        {
            throw new PryxException("MEMORY_FULL", $"{file} would be larger than {MemoryDocument.MaxFile / 1024} KB.", "forget what is no longer true: pryx memory list");
        }
        if (isInFolder)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (WorkspacePath.Canonicalize(file) != file)
            {
                throw new PryxException("VALIDATION_ERROR", $"{file} is reached through a link; nothing was written.", "put a plain file there");
            }
        }
        else
        {
            Configuration.PryxPaths.CreatePrivate(Path.GetDirectoryName(file)!);
        }
        PrivateFile.Replace(file, bytes);
        if (before is not null)
        {
            // The user's own fact must not make the user's folder a stranger's.
            await (await trustAsync(cancellationToken)).RenewAsync(before, cancellationToken);
        }
    }

    private static async Task<MemoryDocument> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var info = new FileInfo(file);
            return !info.Exists ? MemoryDocument.Parse("")
                : info.Length <= MemoryDocument.MaxFile * 2 ? MemoryDocument.Parse(await File.ReadAllTextAsync(file, cancellationToken))
                : throw new PryxException("MEMORY_FULL", $"{file} is larger than {MemoryDocument.MaxFile * 2 / 1024} KB and is not read.", "make it shorter");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PryxException("MEMORY_UNREADABLE", $"{file} can not be read: {e.Message}", "see to it that you may read it", e);
        }
    }
}
