using System.Globalization;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Catalog;

/// <summary>
/// The catalog on the disk: <c>models.json</c>, which any program may read or put there, and beside it the table made of it
/// (<c>models.idx</c>), which is what is searched. OpenRouter's own list is a table only.
/// </summary>
/// <param name="folder">The cache folder as it is configured now.</param>
internal sealed class CatalogFiles(Func<string> folder, EndpointPins pins)
{
    private const string Json = "models.json";
    private const string Index = "models.idx";
    private const string OpenRouter = "openrouter.idx";

    /// <summary>The fetched catalog; null when there is none. One that is broken is refused whole, and the table of the last good one is used.</summary>
    /// <param name="onWarning">Told why a file was not used.</param>
    public CatalogTable? Open(Action<string> onWarning)
    {
        var json = new FileInfo(PathOf(Json));
        try
        {
            if (!json.Exists)
            {
                return null;
            }
            var made = Read(PathOf(Index));
            return made?.Stamp.Of == Identity(json) ? made : Make(json, made, onWarning);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            onWarning($"{json.FullName} can not be read ({e.Message}); the bundled catalog is used.");
            return null;
        }
    }

    public CatalogTable? OpenOpenRouter()
    {
        try
        {
            return Read(PathOf(OpenRouter));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It will be fetched again.
        }
    }

    /// <summary>Puts a catalog in the place of the one there was.</summary>
    public CatalogTable Store(CatalogContent content, CatalogStamp stamp, Action<string> onWarning)
    {
        PryxPaths.CreatePrivate(folder());
        PrivateFile.Replace(PathOf(Json), CatalogWriter.Write(content, stamp));
        return MakeIndex(new FileInfo(PathOf(Json)), content, stamp, onWarning);
    }

    public CatalogTable StoreOpenRouter(CatalogContent content, CatalogStamp stamp)
    {
        PryxPaths.CreatePrivate(folder());
        var text = content.ToTable(stamp);
        PrivateFile.Replace(PathOf(OpenRouter), text);
        return CatalogTable.Open(text)!;
    }

    /// <summary>Notes that a table was asked for again and still holds.</summary>
    public CatalogTable Confirm(CatalogTable table, CatalogStamp stamp, bool isOpenRouter)
    {
        var text = table.With(stamp);
        PrivateFile.Replace(PathOf(isOpenRouter ? OpenRouter : Index), text);
        return CatalogTable.Open(text)!;
    }

    private CatalogTable? Make(FileInfo json, CatalogTable? former, Action<string> onWarning)
    {
        try
        {
            if (json.Length > 32 * 1024 * 1024)
            {
                throw new CatalogException("it is larger than 32 MB");
            }
            var content = ModelsDevReader.Read(File.ReadAllBytes(json.FullName));
            var at = content.FetchedAt is { } said && said <= json.LastWriteTimeUtc.AddDays(1) ? said : new DateTimeOffset(json.LastWriteTimeUtc, TimeSpan.Zero);
            return MakeIndex(json, content, new() { FetchedAt = at, CheckedAt = at }, onWarning);
        }
        catch (CatalogException e)
        {
            onWarning($"{json.FullName} is refused: {e.Message}. {(former is null ? "The bundled catalog is used." : "The last good one is used.")} Remove the file, or run: pryx model refresh");
            return former;
        }
    }

    private CatalogTable MakeIndex(FileInfo json, CatalogContent content, CatalogStamp stamp, Action<string> onWarning)
    {
        json.Refresh();
        var text = pins.Apply(content, onWarning).ToTable(stamp with { Of = Identity(json) });
        try
        {
            PrivateFile.Replace(PathOf(Index), text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is only a matter of time: the next process makes it again.
        }
        return CatalogTable.Open(text)!;
    }

    private static CatalogTable? Read(string path) =>
        new FileInfo(path) is { Exists: true, Length: < 64 * 1024 * 1024 } ? CatalogTable.Open(File.ReadAllBytes(path)) : null;

    private string PathOf(string name) => Path.Combine(folder(), name);

    private static string Identity(FileInfo file) => string.Create(CultureInfo.InvariantCulture, $"{file.Length}:{file.LastWriteTimeUtc.Ticks}");
}
