using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Pryx.Core.Configuration;
using Pryx.Core.Health.Doctoring;
using Pryx.Core.Models;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Health;
using Pryx.Protocol.Providers;

namespace Pryx.Core.Hosting;

/// <summary>What <c>pryx doctor</c> looks at, in the order in which it is shown.</summary>
internal static class DoctorProbes
{
    private static readonly TimeSpan ProviderPatience = TimeSpan.FromSeconds(8);

    /// <param name="store">Of the core, open.</param>
    /// <param name="providers">Of the core.</param>
    public static IReadOnlyList<DoctorProbe> Of(PryxCore core, CoreStore store, ProviderDesk providers)
    {
        var (paths, settings, time) = (core.Options.Paths, core.Options.Settings, core.Options.Time);
        var environment = core.OwnEnvironment();
        return
        [
            DoctorProbe.Of("installation", () => Installation(core.OwnFolder, environment)),
            MachineProbes.Dependencies(program => ExecutablePath.Find(program, paths.Home, environment)),
            CoreItself(core),
            NetworkProbes.Port(() => Listen(core.Config, settings), core.Options.IsDaemon),
            Sqlite(store.Database),
            new("keychain", async token => Keychain(await core.Secrets.DescribeAsync(token))),
            new("sandbox", async _ => SandboxOf(await core.SandboxStateAsync())),
            new("processes", async _ => Processes(await core.Spawner.ProbeIsolationAsync())),
            MachineProbes.Disk(paths.Data),
            MachineProbes.Clock(store.Database, time),
            NetworkProbes.Network(settings.FromEnvironment, time),
            new("cloud", token => CloudAsync(core, token)),
            new("providers", token => ProvidersAsync(core, providers, token)),
            AbilityProbes.Servers(core),
            AbilityProbes.Skills(core),
            core.CodeCheck.Probe(),
            DoctorProbe.Of("config", () => Config(core.Config)),
            PermissionProbe.Of(paths),
            DoctorProbe.Of("channels", static () => DoctorWord.Ok("channels", "this version has none")),
        ];
    }

    private static IPEndPoint Listen(PryxConfig config, Settings settings)
    {
        var chosen = ListenAddress.Choose(config, settings, null, null);
        return new(chosen.Address, chosen.Port);
    }

    private static DoctorCheck Installation(string folder, Dictionary<string, string> environment)
    {
        var isOnPath = environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator).Contains(folder, StringComparer.Ordinal);
        var build = RuntimeFeature.IsDynamicCodeSupported ? "" : ", native build";
        return DoctorWord.Ok("installation", $"pryx {Product.Version}{build} in {folder}{(isOnPath ? "" : ", which is not on PATH")}");
    }

    // Asked by whoever answers: a daemon speaks for itself, a command says that there is none.
    private static DoctorProbe CoreItself(PryxCore core)
    {
        var paths = core.Options.Paths;
        return DoctorProbe.Of("pryx-core", () => core.Options.IsDaemon
            ? DoctorWord.Ok("pryx-core", Announcement.Read(paths) is { } running
                ? string.Create(CultureInfo.InvariantCulture, $"healthy: answers at {running.Url}, process {running.Pid}, since {running.StartedAt:yyyy-MM-dd HH:mm} UTC")
                : "healthy, and announced nowhere")
            : File.Exists(paths.RuntimePort)
                ? DoctorWord.Warn("pryx-core", $"it does not run, and one that ended without a word has left {paths.RuntimePort}", "pryx serve")
                : DoctorWord.Warn("pryx-core", "it does not run: commands work without it, other surfaces do not", "pryx serve")) with
        {
            FixAsync = core.Options.IsDaemon || !File.Exists(paths.RuntimePort) ? null : _ => Task.Run(() => Announcement.Remove(paths), CancellationToken.None),
        };
    }

    private static DoctorProbe Sqlite(Database database) => new("sqlite", async cancellationToken =>
    {
        var trouble = await database.ReadAsync(static connection => connection.Text("PRAGMA quick_check(1)"), cancellationToken);
        var size = new FileInfo(database.Path).Length / (1024.0 * 1024.0);
        var what = string.Create(CultureInfo.InvariantCulture, $"{database.Path}, {size:0.0} MB, SQLite {SqliteLibrary.Version} ({(SqliteLibrary.IsSystemLibrary ? "the system's" : "ours")})");
        return trouble == "ok" ? DoctorWord.Ok("sqlite", what) : DoctorWord.Fail("sqlite", $"{what}: {trouble}", $"stop pryx, then: mv {database.Path} {database.Path}.damaged && pryx doctor");
    });

    // The choice says by itself why it is not the keychain.
    private static DoctorCheck Keychain(string description) => description.Contains("keychain", StringComparison.OrdinalIgnoreCase) && !description.Contains("vault", StringComparison.OrdinalIgnoreCase)
        ? DoctorWord.Ok("keychain", description)
        : DoctorWord.Warn("keychain", description, "on a desktop, unlock the system's keychain; on a server the encrypted file is as good as the protection of its key");

    private static DoctorCheck SandboxOf(SandboxState state) => state.Level == SandboxLevel.Bubblewrap
        ? DoctorWord.Ok("sandbox", state.ToString())
        : DoctorWord.Warn("sandbox", (state with { HowToRaise = null }).ToString(), state.HowToRaise);

    private static DoctorCheck Processes(Isolation isolation) => isolation switch
    {
        Isolation.PidNamespace => DoctorWord.Ok("processes", "each tool in a PID namespace: nothing that it starts outlives it"),
        Isolation.ProcessGroup => DoctorWord.Warn("processes", "no PID namespaces here: what a tool leaves behind is looked for, but not after a kill -9 of pryx-core", "allow user namespaces, or run pryx-core as root in a container of its own"),
        _ => DoctorWord.Warn("processes", "what a tool starts is ended as far as the system tells"),
    };

    private static async Task<DoctorCheck> ProvidersAsync(PryxCore core, ProviderDesk desk, CancellationToken cancellationToken)
    {
        var ids = core.Presence.Ids();
        if (ids.Count == 0)
        {
            return DoctorWord.Warn("providers", "none is configured; only the demo tour answers", "pryx setup");
        }
        var known = ids.Select(core.Catalog.Directory.Providers.Find).OfType<Pryx.Providers.Catalog.ProviderInfo>().ToList();
        var tests = await Task.WhenAll(known.Select(provider => desk.TestAsync(provider, null, ProviderPatience, cancellationToken)));
        var detail = string.Join("; ", tests.Select(static test => test.Ok
            ? string.Create(CultureInfo.InvariantCulture, $"{test.ProviderId} works ({test.LatencyMs} ms)")
            : $"{test.ProviderId}: {test.Reason}"));
        // One that works is enough to work; a refused key is still something to put right.
        return Array.TrueForAll(tests, static test => test.Ok) ? DoctorWord.Ok("providers", detail)
            : tests.FirstOrDefault(static test => test.Verdict == ProviderVerdicts.Refused) is { } refused ? DoctorWord.Fail("providers", detail, $"pryx provider set-key {refused.ProviderId}")
            : Array.Exists(tests, static test => test.Ok) ? DoctorWord.Warn("providers", detail, $"pryx provider test {tests.First(static test => !test.Ok).ProviderId}")
            : DoctorWord.Fail("providers", detail, $"pryx provider test {tests[0].ProviderId}");
    }

    private static async Task<DoctorCheck> CloudAsync(PryxCore core, CancellationToken cancellationToken)
    {
        if (!core.Presence.IsSignedInToCloud)
        {
            return DoctorWord.Ok("cloud", "not signed in, which nothing needs (pryx login)");
        }
        try
        {
            await core.Cloud.Tokens.ReadAsync(cancellationToken);
            return DoctorWord.Ok("cloud", "signed in");
        }
        catch (PryxException e) when (e.Code.StartsWith("CLOUD_", StringComparison.Ordinal))
        {
            return DoctorWord.Warn("cloud", e.Message, e.Code == "CLOUD_SIGNED_OUT" ? "pryx login" : "pryx login --status");
        }
    }

    private static DoctorCheck Config(PryxConfig config) => config.Warnings.Count == 0
        ? DoctorWord.Ok("config", "read without a complaint")
        : DoctorWord.Warn("config", string.Join("; ", config.Warnings), "pryx config edit; pryx config list shows what counts");
}
