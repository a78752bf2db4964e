using System.Buffers;
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
        var body = new ArrayBufferWriter<byte>(Math.Max(256, Models.Count * 140));
        var (row, encoder) = (new StringBuilder(), Encoding.UTF8.GetEncoder());
        var models = Models.ToLookup(model => model.Ref.Provider, StringComparer.Ordinal);
        foreach (var provider in Providers.Where(isWanted ?? (static _ => true)).OrderBy(provider => provider.Id, StringComparer.Ordinal))
        {
            Encoding.UTF8.GetBytes($"{provider.Write()}\n", body);
            foreach (var model in models[provider.Id].OrderBy(model => model.Ref.Model, StringComparer.Ordinal))
            {
                ModelRow.Write(row.Clear(), model.Ref.Model, model);
                foreach (var part in row.Insert(0, '\t').Append('\n').GetChunks())
                {
                    encoder.Convert(part.Span, body, flush: false, out _, out _);
                }
            }
        }
        var head = Encoding.UTF8.GetBytes(stamp.Write(body.WrittenCount) + "\n");
        var table = new byte[head.Length + body.WrittenCount];
        head.CopyTo(table, 0);
        body.WrittenSpan.CopyTo(table.AsSpan(head.Length));
        return table;
    }
}
