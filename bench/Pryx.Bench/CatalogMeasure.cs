using System.Globalization;
using System.Text;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Bench;

/// <summary>A fetched catalog of 5,000 models: read as it comes, opened as it is kept, asked for one model. In the harness's own process: in a whole one it is lost among everything else.</summary>
internal static class CatalogMeasure
{
    private const int Providers = 125, ModelsOfEach = 40, FindsOfARun = 1_000;

    /// <param name="file">A file of the models.dev shape; null for one that is made up here.</param>
    public static IEnumerable<Measure> Run(int runs, int warmUps, string? file = null)
    {
        var json = file is null ? Json() : File.ReadAllBytes(file);
        var models = ModelsDevReader.Read(json).Models;
        var last = models[^1].Ref;
        var kept = ModelsDevReader.Read(json).ToTable(new() { FetchedAt = DateTimeOffset.UnixEpoch });
        var table = CatalogTable.Open(kept)!;
        yield return Of("catalog, read whole", "ms", $"once after each fetch: {json.Length / 1e6:0.0} MB of JSON with {models.Count:N0} models are checked and made a table", 50,
            () => Time(() => _ = ModelsDevReader.Read(json).ToTable(new() { FetchedAt = DateTimeOffset.UnixEpoch })).TotalMilliseconds);
        yield return Of("catalog, memory while it is read", "MB", "allocated from the bytes of the file to the table, all in all", 15,
            () => Allocated(() => _ = ModelsDevReader.Read(json).ToTable(new() { FetchedAt = DateTimeOffset.UnixEpoch })) / 1e6);
        yield return Of("catalog, one model looked up", "µs", "in the table as it is kept, the last model of the last provider; a run is the mean of 1,000", 1_000,
            () => Time(() => FindMany(table, last)).TotalMicroseconds / FindsOfARun);

        Measure Of(string name, string unit, string explanation, double budget, Func<double> measure) =>
            new(name, unit, explanation, budget, null, [new Sample("the harness's process", Build.Release, [.. Enumerable.Range(0, warmUps + runs).Select(_ => measure()).Skip(warmUps)])]);
    }

    private static void FindMany(CatalogTable table, ModelRef model)
    {
        for (var i = 0; i < FindsOfARun; i++)
        {
            if (table.Find(model.Provider, model.Model, model) is null)
            {
                throw new InvalidOperationException("The last model is not in its own table.");
            }
        }
    }

    private static TimeSpan Time(Action act)
    {
        var started = TimeProvider.System.GetTimestamp();
        act();
        return TimeProvider.System.GetElapsedTime(started);
    }

    private static long Allocated(Action act)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        act();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    internal static byte[] Json()
    {
        var json = new StringBuilder("{");
        for (var provider = 0; provider < Providers; provider++)
        {
            json.Append(CultureInfo.InvariantCulture, $$"""{{(provider == 0 ? "" : ",")}}"provider-{{provider}}":{"id":"provider-{{provider}}","name":"Provider","env":["P_API_KEY"],"npm":"@ai-sdk/openai-compatible","api":"https://p{{provider}}.example/v1","models":{""");
            for (var model = 0; model < ModelsOfEach; model++)
            {
                json.Append(CultureInfo.InvariantCulture, $$$"""
                    {{{(model == 0 ? "" : ",")}}}"model-{{{model}}}":{"id":"model-{{{model}}}","name":"Model {{{model}}}","family":"model","release_date":"2026-05-01","last_updated":"2026-05-01","attachment":true,"reasoning":true,"temperature":true,"tool_call":true,
                    "knowledge":"2026-01","open_weights":false,"reasoning_options":[{"type":"effort","values":["low","medium","high"]}],"cost":{"input":{{{model}}}.25,"output":15.0,"cache_read":0.3,"cache_write":3.75},
                    "limit":{"context":200000,"output":64000},"modalities":{"input":["text","image","pdf"],"output":["text"]}}
                    """);
            }
            json.Append("}}");
        }
        return Encoding.UTF8.GetBytes(json.Append('}').ToString());
    }
}
