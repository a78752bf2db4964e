using Pryx.Core.Configuration;
using Pryx.Testing;

namespace Pryx.Core.Tests.Configuration;

public sealed class MapFieldTests : IDisposable
{
    private readonly TempHome _home = new();

    public void Dispose() => _home.Dispose();

    private PryxConfig Load(string yaml)
    {
        Directory.CreateDirectory(_home.Data);
        File.WriteAllText(Path.Combine(_home.Data, "config.yaml"), yaml);
        return PryxConfig.Load(new PryxPaths(_home.Home, _home.Data), new Settings(_ => null));
    }

    [Theory]
    [InlineData("models:\n  openai/gpt-4o:\n    context: lots\n", "line 3: models.openai/gpt-4o.context must be a whole number above 0, such as 200000 or 200k; it was ignored.")]
    [InlineData("models:\n  openai/gpt-4o:\n    contxt: 5\n", "line 3: models.openai/gpt-4o.contxt is not known; it was ignored.")]
    [InlineData("models:\n  openai/gpt-4o:\n    tools: perhaps\n", "line 3: models.openai/gpt-4o.tools must be true or false")]
    [InlineData("models:\n  openai/gpt-4o:\n    input_price: -1\n", "line 3: models.openai/gpt-4o.input_price must be an amount of USD")]
    [InlineData("models:\n  openai/gpt-4o: 5\n", "line 2: models.openai/gpt-4o must be a map")]
    [InlineData("models: 5\n", "line 1: models must be a map")]
    [InlineData("providers:\n  corp:\n    base_url: https://x.example\n    models:\n      big:\n        rpm: often\n", "line 6: providers.corp.models.big.rpm must be a whole number")]
    public void What_is_of_another_type_is_left_out_by_line_and_key(string yaml, string warning) =>
        Assert.Contains(warning, Assert.Single(Load(yaml).Warnings), StringComparison.Ordinal);

    [Fact]
    public void The_rest_of_a_map_with_a_fault_in_it_counts()
    {
        var config = Load("models:\n  openai/gpt-4o:\n    context: lots\n    maxOutput: 1_000\n    input_price: 0.25\n    aliases: fast\n    name: \"true\"\n");
        Assert.Equal("""{"openai/gpt-4o":{"max_output":1000,"input_price":0.25,"aliases":["fast"],"name":"true"}}""", config.Text("models"));
    }
}
