using System.Text;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>A catalog as it was read, whole: to be written as a table and as a file, then forgotten.</summary>
/// <param name="Models">The provider of each is called as the catalog calls it.</param>
public sealed record CatalogContent(IReadOnlyList<CatalogProvider> Providers, IReadOnlyList<ModelInfo> Models)
{
    /// <summary>When the file says that it was true; null when it does not.</summary>
    public DateTimeOffset? FetchedAt { get; init; }

    /// <param name="isWanted">Leaves providers out.</param>
    public byte[] ToTable(CatalogStamp stamp, Func<CatalogProvider, bool>? isWanted = null)
    {
        var body = new StringBuilder(Models.Count * 110);
        var models = Models.ToLookup(model => model.Ref.Provider, StringComparer.Ordinal);
        foreach (var provider in Providers.Where(isWanted ?? (static _ => true)).OrderBy(provider => provider.Id, StringComparer.Ordinal))
        {
            body.Append(provider.Write()).Append('\n');
            foreach (var model in models[provider.Id].OrderBy(model => model.Ref.Model, StringComparer.Ordinal))
            {
                body.Append('\t').Append(ModelRow.Write(model.Ref.Model, model)).Append('\n');
            }
        }
        var bytes = Encoding.UTF8.GetBytes(body.ToString());
        return [.. Encoding.UTF8.GetBytes(stamp.Write(bytes.Length)), (byte)'\n', .. bytes];
    }
}
