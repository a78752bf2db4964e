using Pryx.Attacks.Bench;
using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;

if (args is [Worker.Argument])
{
    return await Worker.RunAsync(CancellationToken.None);
}
if (args is ["bench", .. var words])
{
    return await BenchCommand.RunAsync(words);
}
if (args is not ([("attack" or "task"), _] or [("attack" or "task"), _, _]))
{
    Console.Error.WriteLine("Usage: pryx-attacks attack|task CATEGORY/NAME [guarded|unguarded|ask]\nRuns one case, or all whose names begin so, and shows what happened.");
    return 2;
}
if (WorkerPool.WhyNot() is { } why)
{
    Console.Error.WriteLine(why);
    return 2;
}
var kind = args[0] == "attack" ? CaseKind.Attack : CaseKind.Task;
CaseHow[] ways = args.Length == 3 ? [Enum.Parse<CaseHow>(args[2], ignoreCase: true)] : kind == CaseKind.Attack ? [CaseHow.Unguarded, CaseHow.Guarded] : [CaseHow.Guarded];
var cases = CaseReader.ReadAll(kind, CaseFolder.Own).Where(found => found.Name.StartsWith(args[1], StringComparison.Ordinal)).ToList();
await using var pool = new WorkerPool(Math.Min(cases.Count * ways.Length, Environment.ProcessorCount * 2));
foreach (var running in cases.SelectMany(found => ways.Select(way => pool.RunAsync(found, way))).ToList())
{
    var result = await running;
    var isWrong = result.Error is not null || (kind == CaseKind.Task ? result.Missing.Count > 0 : result.Landed.Count > 0 != (result.How == CaseHow.Unguarded));
    Console.WriteLine($"{(isWrong ? "WRONG" : "right")} {result.Name} {result.How}: landed [{string.Join("; ", result.Landed)}], missing [{string.Join("; ", result.Missing)}], {result.Cards.Count} cards, {result.Ended}, {result.Milliseconds} ms");
    if (isWrong || cases.Count == 1)
    {
        Console.WriteLine($"{result.Error}\n{result.Log}");
    }
}
return 0;
