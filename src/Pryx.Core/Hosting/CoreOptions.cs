using Pryx.Core.Configuration;

namespace Pryx.Core.Hosting;

/// <summary>What a Core is made of; tests put their own in.</summary>
public sealed record CoreOptions
{
    public required PryxPaths Paths { get; init; }
    public Settings Settings { get; init; } = Settings.OfProcess;

    /// <summary>The .env of the folder a daemon was started in, whatever folder a session works in. Never over a variable that is set; secrets in it never reach tools.</summary>
    public DotEnv DotEnv { get; init; } = DotEnv.Empty;
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How this executable is started again (program, then what comes before its arguments): parts of sandboxes run in it. Null where the process is another program.</summary>
    public IReadOnlyList<string>? Executable { get; init; }

    /// <summary>Which addresses a browser may reach; for tests.</summary>
    internal Sandbox.SandboxNetworkOptions BrowserNetwork { get; init; } = new();

    /// <summary>The one process of the data directory that goes on with what others have left.</summary>
    public bool IsDaemon { get; init; }

    /// <summary>Told once: a corrupt database set aside, a config key that was not understood.</summary>
    public Action<string> OnWarning { get; init; } = static _ => { };
}
