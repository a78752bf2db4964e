using System.Globalization;
using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Catalog;

/// <summary>
/// Everything that is known of models and providers, as it holds now: the user's configuration over OpenRouter's own list over the newest
/// catalog. Nothing is read before it is needed, and a change of the configuration counts at once.
/// </summary>
/// <param name="config">As it holds now.</param>
/// <param name="settings">The environment alone.</param>
/// <param name="onWarning">Told once what was not used, and why.</param>
public sealed class CatalogDesk(PryxPaths paths, Func<PryxConfig> config, Settings settings, TimeProvider time, Action<string> onWarning) : IDisposable
{
    /// <summary>How old a catalog may get before a new one is fetched.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly Lazy<HttpMessageInvoker> _http = new(CatalogFetch.CreateHttp);
    private CatalogFiles? _files;
    private CatalogTable? _fetched, _openRouter;
    private bool _isOpen;
    private PryxConfig? _of;
    private ModelDirectory? _directory;
    private string? _fileWarning, _refreshWarning;

    private CatalogFiles Files => _files ??= new(() => config().FilePath("cache_path"), new EndpointPins(Path.Combine(paths.Data, "provider-endpoints.json")));

    /// <summary>As it holds now; not to be kept longer than a turn.</summary>
    public ModelDirectory Directory
    {
        get
        {
            var now = config();
            lock (_gate)
            {
                if (_directory is { } made && ReferenceEquals(_of, now))
                {
                    return made;
                }
                Open();
                var overrides = OverrideReader.Read(now.Text("models"), now.Text("providers"), onWarning);
                (_of, _directory) = (now, _fetched is null && _openRouter is null && ReferenceEquals(overrides, CatalogOverrides.None) ? ModelDirectory.Bundled : new ModelDirectory(_fetched, _openRouter, overrides));
                return _directory;
            }
        }
    }

    /// <summary>The catalog's address; null when it is switched off.</summary>
    public string? Url => config().Text("catalog_url").Trim() is { Length: > 0 } url && !url.Equals("off", StringComparison.OrdinalIgnoreCase) ? url : null;

    public CatalogState State
    {
        get
        {
            lock (_gate)
            {
                Open();
                var newest = _fetched is { } fetched && fetched.Stamp.FetchedAt >= CatalogTable.Bundled.Stamp.FetchedAt ? fetched : CatalogTable.Bundled;
                return new(ReferenceEquals(newest, CatalogTable.Bundled) ? "bundled" : newest.Stamp.Source is null ? "file" : "fetched", newest.Stamp.FetchedAt)
                {
                    CheckedAt = _fetched?.Stamp.CheckedAt,
                    IsStale = IsStale(_fetched),
                    // With a password in it, it is refused anyhow.
                    Url = Url is { } url && !url.Contains('@', StringComparison.Ordinal) ? url : null,
                    OpenrouterCheckedAt = _openRouter?.Stamp.CheckedAt,
                    Warning = _refreshWarning ?? _fileWarning,
                };
            }
        }
    }

    /// <summary>When the next refresh is due; in the past when it is now.</summary>
    /// <param name="withOpenRouter">Its list counts as well.</param>
    public DateTimeOffset DueAt(bool withOpenRouter)
    {
        lock (_gate)
        {
            Open();
            var catalog = _fetched?.Stamp.CheckedAt ?? DateTimeOffset.MinValue;
            var oldest = withOpenRouter && (_openRouter?.Stamp.CheckedAt ?? DateTimeOffset.MinValue) is var live && live < catalog ? live : catalog;
            return oldest == DateTimeOffset.MinValue ? oldest : oldest + Lifetime;
        }
    }

    /// <summary>Fetches what there is: the catalog, and OpenRouter's list. What fails leaves the old one in use.</summary>
    /// <param name="onlyStale">Leaves out what is younger than a day.</param>
    /// <param name="withOpenRouter">Its list as well.</param>
    /// <returns>Whether something new was there.</returns>
    /// <exception cref="PryxException">CATALOG_OFF, CATALOG_UNREACHABLE, CATALOG_INVALID.</exception>
    public async Task<bool> RefreshAsync(bool onlyStale, bool withOpenRouter, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            var url = Url ?? throw new PryxException("CATALOG_OFF", "The catalog is not fetched: catalog_url is switched off.", "pryx config set catalog_url https://models.dev/api.json");
            CatalogTable? fetched, openRouter;
            lock (_gate)
            {
                Open();
                (fetched, openRouter) = (_fetched, _openRouter);
            }
            var isChanged = false;
            if (!onlyStale || IsStale(fetched))
            {
                isChanged = await RefreshAsync(url, fetched, isOpenRouter: false, cancellationToken);
            }
            if (withOpenRouter && (!onlyStale || IsStale(openRouter)))
            {
                isChanged |= await RefreshAsync(OpenRouterUrl, openRouter, isOpenRouter: true, cancellationToken);
            }
            _refreshWarning = null;
            return isChanged;
        }
        catch (PryxException e) when (e.Code is "CATALOG_UNREACHABLE" or "CATALOG_INVALID")
        {
            _refreshWarning = string.Create(CultureInfo.InvariantCulture, $"The catalog could not be refreshed ({time.GetUtcNow():yyyy-MM-dd HH:mm} UTC): {e.Message}");
            throw;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
        _refreshing.Dispose();
    }

    private string OpenRouterUrl =>
        $"{settings.FromEnvironment("OPENROUTER_BASE_URL") ?? Directory.Providers.Find("openrouter")!.BaseUrl}".TrimEnd('/') + "/models";

    private bool IsStale(CatalogTable? table) => table is null || time.GetUtcNow() - table.Stamp.CheckedAt is var age && (age >= Lifetime || age < -Lifetime);

    private async Task<bool> RefreshAsync(string url, CatalogTable? old, bool isOpenRouter, CancellationToken cancellationToken)
    {
        var known = old?.Stamp.Source == url ? old : null;
        var answer = await new CatalogFetch(_http.Value, time).GetAsync(url, known?.Stamp.ETag, known?.Stamp.LastModified, cancellationToken);
        var now = time.GetUtcNow();
        CatalogTable table;
        try
        {
            if (answer.Body is { } body)
            {
                var stamp = new CatalogStamp { FetchedAt = now, CheckedAt = now, Source = url, ETag = answer.ETag, LastModified = answer.LastModified };
                table = isOpenRouter ? Files.StoreOpenRouter(OpenRouterModels.Read(body), stamp) : Files.Store(ModelsDevReader.Read(body), stamp, Warn);
            }
            else
            {
                // What still holds is as good as new.
                table = known is not null
                    ? Files.Confirm(known, known.Stamp with { FetchedAt = now, CheckedAt = now }, isOpenRouter)
                    : throw new PryxException("CATALOG_INVALID", $"{new Uri(url).Host} says that nothing has changed, but nothing was fetched before.");
            }
        }
        catch (CatalogException e)
        {
            throw new PryxException("CATALOG_INVALID", $"What {new Uri(url).Host} sent was refused as a whole, and what was known stays in use: {e.Message}.", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PryxException("CATALOG_INVALID", $"The catalog can not be kept: {e.Message}", "check the rights and the space of the cache folder", inner: e);
        }
        lock (_gate)
        {
            (_fetched, _openRouter, _directory) = isOpenRouter ? (_fetched, table, null) : (table, _openRouter, (ModelDirectory?)null);
            _fileWarning = isOpenRouter ? _fileWarning : null;
        }
        return answer.Body is not null;
    }

    // Under the gate.
    private void Open()
    {
        if (!_isOpen)
        {
            _isOpen = true;
            _fetched = Files.Open(warning =>
            {
                _fileWarning = warning;
                Warn(warning);
            });
            _openRouter = Files.OpenOpenRouter();
        }
    }

    private void Warn(string warning) => onWarning(warning);
}
