using Pryx.Testing;

namespace Pryx.Web.Tests;

/// <summary>What is tested and checked in the language of the pages.</summary>
public sealed class WebUnitTests
{
    [Fact]
    public async Task The_unit_tests_of_the_web_pass() => await NodeAsync("node_modules/vitest/vitest.mjs", "run");

    [Fact]
    public async Task The_types_of_the_web_fit_together() => await NodeAsync("node_modules/typescript/bin/tsc");

    private static async Task NodeAsync(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Path.Combine(WebWorld.WebFolder, arguments[0])), "The packages of the web are not there: install Node 20, then npm ci in web/.");
        var result = await RunProcess.RunAsync("node", arguments, new ProcessSetup { WorkingDirectory = WebWorld.WebFolder, Timeout = TimeSpan.FromMinutes(2) }, TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Stdout + result.Stderr);
    }
}
