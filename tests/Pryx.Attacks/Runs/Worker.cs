using System.Text.Json;
using Pryx.Attacks.Bench;
using Pryx.Attacks.Cases;
using Pryx.Attacks.World;

namespace Pryx.Attacks.Runs;

/// <summary>This program as one of those who run cases: orders come in, results go out, one JSON text a line.</summary>
internal static class Worker
{
    public const string Argument = "worker";

    /// <summary>What is before a result: other things are printed too.</summary>
    public const string Mark = "@result ";

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var world = await SmallWorld.CreateAsync(cancellationToken);
        var runner = new CaseRunner(world);
        Console.WriteLine($"{Mark}null");
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            var order = JsonSerializer.Deserialize<CaseOrder>(line)!;
            CaseResult result;
            try
            {
                result = await runner.RunAsync(CaseReader.Read(order.Kind, order.Name, order.Path), order.How, order.Agent is { } agent ? AgentFile.Read(agent) : null, cancellationToken);
            }
            catch (CaseException e)
            {
                result = new(order.Name, order.How) { Error = e.Message };
            }
            Console.WriteLine(Mark + JsonSerializer.Serialize(result));
        }
        return 0;
    }
}
