using System.CommandLine;
using Pryx.Bench;
using Pryx.Bench.Gateway;
using Pryx.Bench.Tui;
using Pryx.Bench.Web;

var release = new Option<string?>("--release") { Description = "The release build's executable" };
var canary = new Option<string?>("--canary") { Description = "The Native AOT canary's executable" };
var other = new Option<string[]>("--vs") { Description = "Another program beside ours, as 'NAME=COMMAND {prompt}'; {url} and {openai} are the fake provider's addresses", DefaultValueFactory = _ => [] };
var otherVersion = new Option<string[]>("--vs-version") { Description = "How that program prints its version, as 'NAME=COMMAND'", DefaultValueFactory = _ => [] };
var runs = new Option<int>("--runs") { Description = "Measured runs of each measure and subject", DefaultValueFactory = _ => 30 };
var warmUps = new Option<int>("--warm-ups") { Description = "Runs before them that do not count", DefaultValueFactory = _ => 3 };
var gateway = new Option<string>("--gateway") { Description = "The daemon's measures: full, smoke, only (full, nothing else) or none", DefaultValueFactory = _ => "full" };
var web = new Option<string>("--web") { Description = "The measures of the pages, where Chromium is installed: full, only (nothing else) or none", DefaultValueFactory = _ => "full" };
var terminal = new Option<string>("--tui") { Description = "The terminal UI's measures: full, smoke, only (full, nothing else) or none", DefaultValueFactory = _ => "full" };
var catalog = new Option<string?>("--catalog") { Description = "Only the catalog's measures, with this file of the models.dev shape; - for one that is made up" };
var output = new Option<string?>("--output") { Description = "Also write the results there" };
var command = new RootCommand("Measures Pryx as whole processes against a fake provider.") { release, canary, other, otherVersion, runs, warmUps, gateway, web, terminal, catalog, output };

command.SetAction(async (result, cancellationToken) =>
{
    var versions = result.GetValue(otherVersion)!.Select(text => text.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
    List<Subject> subjects = [];
    if (result.GetValue(release) is { } releaseFile)
    {
        subjects.Add(Subject.Ours("pryx (release)", releaseFile, Build.Release));
    }
    if (result.GetValue(canary) is { } canaryFile)
    {
        subjects.Add(Subject.Ours("pryx (AOT canary)", canaryFile, Build.Canary));
    }
    subjects.AddRange(result.GetValue(other)!.Select(text => text.Split('=', 2)).Select(parts => new Subject(parts[0], parts[1], versions.GetValueOrDefault(parts[0]), null, null)));
    if (subjects.Count == 0 && result.GetValue(catalog) is null)
    {
        Console.Error.WriteLine("Nothing to measure: name an executable with --release or --canary (eng/bench does).");
        return 2;
    }

    var at = TimeProvider.System.GetUtcNow();
    var machine = Machine.Description;
    try
    {
        var scope = result.GetValue(gateway);
        var only = result.GetValue(catalog);
        var pages = only is null ? result.GetValue(web) : "none";
        var tui = only is null && pages != "only" && scope != "only" ? result.GetValue(terminal) : "none";
        pages = tui == "only" ? "none" : pages;
        scope = only is null && pages != "only" && tui != "only" ? scope : "none";
        List<Measure> measures = only is not null ? [.. new Measurements(subjects, result.GetValue(runs), result.GetValue(warmUps), cancellationToken).RunCatalog(only == "-" ? null : only)]
            : scope == "only" || pages == "only" || tui == "only" ? [] : [.. await new Measurements(subjects, result.GetValue(runs), result.GetValue(warmUps), cancellationToken).RunAsync()];
        if (scope != "none")
        {
            measures.AddRange(await new GatewayMeasures(subjects, scope == "smoke" ? GatewayScale.Smoke : GatewayScale.Full, cancellationToken).RunAsync());
        }
        if (pages != "none" && scope != "smoke")
        {
            measures.AddRange(await new WebMeasures(subjects, Math.Min(10, result.GetValue(runs)), cancellationToken).RunAsync());
        }
        if (tui != "none")
        {
            measures.AddRange(await new TuiMeasures(subjects, tui == "smoke" ? TuiScale.Smoke : TuiScale.Full, cancellationToken).RunAsync());
        }
        var report = Report.Markdown(subjects, measures, at, machine, result.GetValue(runs), result.GetValue(warmUps));
        Console.Write(report);
        if (result.GetValue(output) is { } file)
        {
            await File.WriteAllTextAsync(file, report, cancellationToken);
        }
        return 0;
    }
    catch (InvalidOperationException e)
    {
        // A run that failed measures nothing; its output says why.
        Console.Error.WriteLine(e.Message);
        return 1;
    }
});
return await command.Parse(args).InvokeAsync();
