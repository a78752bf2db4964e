using Pryx.Agent.Tools;
using Pryx.Core.Diagnostics;
using Pryx.Core.Tests.Turns;
using Pryx.Testing;

namespace Pryx.Core.Tests.Diagnostics;

/// <summary>The checkers that come with Pryx, with the real tools of their languages, in the real sandbox.</summary>
public sealed class PresetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dotnet_says_what_an_edit_broke()
    {
        await CheckAsync(
            "src/Names.cs", "class Names { public static int Count => 1; }\n", "class Names { public static int Count => missing; }\n", "CS0103",
            async home =>
            {
                home.Write("App.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net{Environment.Version.Major}.0</TargetFramework></PropertyGroup></Project>\n");
                var restored = await RunProcess.RunAsync("dotnet", ["restore", "--nologo"], new() { WorkingDirectory = home.Workspace, Timeout = TimeSpan.FromMinutes(2) }, Cancel);
                Assert.True(restored.ExitCode == 0, restored.Stdout);
            });
    }

    [Fact]
    public async Task TypeScript_says_what_an_edit_broke()
    {
        var compiler = Path.Combine(SourceTree.Root, "web", "node_modules");
        Assert.SkipUnless(Has("node") && File.Exists(Path.Combine(compiler, ".bin", "tsc")), "Needs the project's own TypeScript: cd web && npm ci");
        await CheckAsync(
            "src/names.ts", "export const count: number = 1;\n", "export const count: number = 'one';\n", "TS2322",
            async home =>
            {
                home.Write("tsconfig.json", """{"compilerOptions":{"strict":true,"noEmit":true,"skipLibCheck":true,"types":[]},"include":["src"]}""");
                // A copy, because what lies outside of the folder is none of the project's.
                Directory.CreateDirectory(home.PathOf("node_modules"));
                var copied = await RunProcess.RunAsync("/bin/sh", ["-c", $"cp -r '{compiler}/typescript' node_modules/ && (cp -r '{compiler}/@typescript' node_modules/ 2>/dev/null; mkdir node_modules/.bin && cp -P '{compiler}/.bin/tsc' node_modules/.bin/)"], new() { WorkingDirectory = home.Workspace }, Cancel);
                Assert.True(copied.ExitCode == 0, copied.Stderr);
            });
    }

    [Fact]
    public Task Go_says_what_an_edit_broke() => CheckAsync(
        "names.go", "package main\n\nfunc main() { println(1) }\n", "package main\n\nfunc main() { println(missing) }\n", "missing",
        static home =>
        {
            Assert.SkipUnless(Has("go"), "Needs Go: apt install golang-go");
            home.Write("go.mod", "module example.org/app\n\ngo 1.19\n");
            return Task.CompletedTask;
        });

    [Fact]
    public Task Rust_says_what_an_edit_broke() => CheckAsync(
        "src/main.rs", "fn main() { println!(\"{}\", 1); }\n", "fn main() { println!(\"{}\", missing); }\n", "cannot find value `missing`",
        static home =>
        {
            Assert.SkipUnless(Has("cargo"), "Needs Rust: apt install cargo");
            home.Write("Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
            return Task.CompletedTask;
        });

    // An edit that is well and one that is not: only the second is told of.
    private static async Task CheckAsync(string file, string good, string bad, string expected, Func<TempHome, Task> prepareAsync)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("unused")), Cancel);
        using var home = new TempHome();
        home.Write(file, good);
        await prepareAsync(home);
        await using var core = await TempCore.StartAsync(provider, home);
        Assert.SkipUnless(await core.Core.CodeCheck.IsPossibleAsync(), "Needs a sandbox: apt install bubblewrap");
        await using var desk = new DiagnosticsDesk(
            static () => new Checkers(static name => Programs(name).FirstOrDefault(File.Exists), "", "auto"), new CheckRun(core.Core.Spawner, core.Core.CommandSandbox(), core.Core.OwnEnvironment()),
            static (_, _, _) => Task.FromResult(true), static () => TimeSpan.FromMinutes(3), TimeProvider.System);
        var context = new ToolContext
        {
            SessionId = default, TurnId = default, CallId = "test", Workspace = home.Workspace, OutputDirectory = home.Data, IsTrusted = true, Time = TimeProvider.System,
            AskUserAsync = static (_, _) => throw new InvalidOperationException("Nobody is asked."),
        };

        Assert.Equal("", await EditAsync(good + "\n"));
        var told = await EditAsync(bad);
        Assert.True(told.Contains("New errors since this edit", StringComparison.Ordinal) && told.Contains(expected, StringComparison.Ordinal) && told.Contains(file, StringComparison.Ordinal), told);

        async Task<string> EditAsync(string text)
        {
            var places = await desk.BeforeAsync([home.PathOf(file)], context, Cancel);
            Assert.Single(places);
            home.Write(file, text);
            return await desk.AfterAsync(places, context, Cancel);
        }
    }

    // Those of the system: what lies in somebody's home is not in this one.
    private static string[] Programs(string name) => [$"/usr/bin/{name}", $"/usr/local/bin/{name}", $"/usr/share/dotnet/{name}", $"/usr/lib/dotnet/{name}"];

    private static bool Has(string name) => Programs(name).Any(File.Exists);
}
