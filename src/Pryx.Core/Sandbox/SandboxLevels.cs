using System.ComponentModel;

namespace Pryx.Core.Sandbox;

/// <summary>How a command that a probe started came out.</summary>
/// <param name="ExitCode">Null when it could not even be started.</param>
public sealed record ProbeResult(int? ExitCode, string Error);

/// <summary>
/// Finds the strongest level by really running something in it, once, at its first use, and puts commands into it. What is there but
/// does not work (a container without user namespaces, an AppArmor rule) counts as not there, and says why.
/// </summary>
/// <param name="run">Runs a command to its end; gets the options of the system's own, such as its PID namespace.</param>
/// <param name="init">The first process of a namespace in front of a command.</param>
public sealed class SandboxLevels(SandboxOptions options, Func<SandboxedCommand, Task<ProbeResult>> run, Func<IEnumerable<string>, IEnumerable<string>> init)
{
    private const int ProbeCode = 42;
    private static readonly string[] Folders = ["/usr/bin/", "/bin/", "/usr/local/bin/", "/usr/sbin/", "/sbin/", "/run/current-system/sw/bin/"];

    private readonly string? _limiter = Find("prlimit");
    private readonly Lock _gate = new();
    private Task<SandboxState>? _state;
    private Bubblewrap? _bubblewrap;
    private LandlockCommand? _landlock;

    public Task<SandboxState> StateAsync()
    {
        lock (_gate)
        {
            return _state ??= Task.Run(ProbeOrSayWhyAsync);
        }
    }

    /// <summary>Whether the command's namespace comes with the sandbox; otherwise the caller puts it into one.</summary>
    public bool BringsNamespace => _bubblewrap is not null;

    /// <exception cref="SandboxException">No level is in force, or this one can not do what the profile says: nothing may be run.</exception>
    public async Task<SandboxedCommand> WrapAsync(SandboxRequest request)
    {
        var state = await StateAsync().ConfigureAwait(false);
        if (request.Profile.Network == NetworkAccess.Proxy && !state.HasProxy)
        {
            throw new SandboxException($"The sandbox here ({state.Level}) can not allow single hosts{(state.HowToRaise is { } how ? $"; to raise it: {how}" : "")}.");
        }
        var environment = SandboxEnvironment.Build(request.Environment, request.Profile);
        var words = request.Words;
        if (request.Profile.Network == NetworkAccess.Proxy)
        {
            words = [.. options.Helper!, LoopbackForwarder.Argument, LoopbackForwarder.SocketInside, "--", .. words];
        }
        words = _limiter is null ? words : [_limiter, .. request.Profile.Limits.Options(), "--", .. words];
        var wrapped = request with { Words = words, Environment = environment };
        try
        {
            return _bubblewrap is not null ? _bubblewrap.Wrap(wrapped, init(words))
                : _landlock is not null ? _landlock.Wrap(wrapped)
                : state.Level == SandboxLevel.Seatbelt ? Seatbelt.Wrap(wrapped)
                : throw new SandboxException($"No sandbox is in force here ({state.Reason}), so nothing was run in it{(state.HowToRaise is { } how ? $"; to get one: {how}" : "")}.");
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new SandboxException($"The sandbox could not be prepared: {e.Message}", e);
        }
    }

    private async Task<SandboxState> ProbeOrSayWhyAsync()
    {
        try
        {
            return await ProbeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return new(SandboxLevel.None) { Reason = $"it could not be tried: {e.Message}" };
        }
    }

    private async Task<SandboxState> ProbeAsync()
    {
        if (options.Choice == SandboxChoice.Off)
        {
            return new(SandboxLevel.None) { Reason = "it is switched off (sandbox: off)", HowToRaise = "pryx config set sandbox auto" };
        }
        if (OperatingSystem.IsMacOS())
        {
            return new(SandboxLevel.Seatbelt) { Reason = "Seatbelt profiles are written but not tried on a Mac" };
        }
        if (!OperatingSystem.IsLinux() || !SeccompFilter.IsSupported)
        {
            return new(SandboxLevel.None) { Reason = OperatingSystem.IsWindows() ? "there is no sandbox for Windows yet" : "there is no sandbox for this system yet" };
        }
        string? whyNotBubblewrap = "sandbox: landlock is configured", whyNotLandlock = "sandbox: bubblewrap is configured";
        if (options.Choice is SandboxChoice.Auto or SandboxChoice.Bubblewrap)
        {
            whyNotBubblewrap = await TryBubblewrapAsync().ConfigureAwait(false);
            if (whyNotBubblewrap is null)
            {
                return new(SandboxLevel.Bubblewrap) { HasProxy = options.Helper is not null, Limits = DescribeLimits(_bubblewrap!.KeepsRoot) };
            }
        }
        if (options.Choice is SandboxChoice.Auto or SandboxChoice.Landlock)
        {
            whyNotLandlock = await TryLandlockAsync().ConfigureAwait(false);
        }
        var how = options.Choice == SandboxChoice.Landlock ? "pryx config set sandbox auto" : BubblewrapAdvice.For(Find("bwrap"));
        return whyNotLandlock is null
            ? new(SandboxLevel.Landlock) { Reason = whyNotBubblewrap, HowToRaise = how, Limits = DescribeLimits(Environment.IsPrivilegedProcess) }
            : new(SandboxLevel.None) { Reason = $"{whyNotBubblewrap}; {whyNotLandlock}", HowToRaise = how };
    }

    /// <returns>Why it does not work; null when it does.</returns>
    private async Task<string?> TryBubblewrapAsync()
    {
        if (Find("bwrap") is not { } program)
        {
            return "bubblewrap (bwrap) is not installed";
        }
        var empty = MakeEmptyFile();
        var error = "";
        foreach (var keepsRoot in Environment.IsPrivilegedProcess ? [true, false] : (bool[])[false])
        {
            var candidate = new Bubblewrap(program, keepsRoot, empty);
            var result = await ProbeAsync(request => candidate.Wrap(request, init(request.Words))).ConfigureAwait(false);
            if (result.ExitCode == ProbeCode)
            {
                _bubblewrap = candidate;
                return null;
            }
            error = result.Error;
        }
        return $"bubblewrap does not work here ({FirstLine(error)})";
    }

    private async Task<string?> TryLandlockAsync()
    {
        if (options.Helper is not { } helper)
        {
            return "Landlock needs the pryx executable";
        }
        if (Landlock.Version < 1)
        {
            return "this kernel has no Landlock (5.13 or newer with it switched on)";
        }
        var candidate = new LandlockCommand(helper);
        var result = await ProbeAsync(candidate.Wrap).ConfigureAwait(false);
        if (result.ExitCode != ProbeCode)
        {
            return $"Landlock does not work here ({FirstLine(result.Error)})";
        }
        _landlock = candidate;
        return null;
    }

    // As real commands run, with something hidden: a level that can not do all of it must not be taken.
    private async Task<ProbeResult> ProbeAsync(Func<SandboxRequest, SandboxedCommand> wrap)
    {
        var profile = new SandboxProfile { Writable = [options.Folder], Hidden = [.. ((string[])["/root", "/etc/shadow"]).Where(Path.Exists)], Protected = [MakeEmptyFile()] };
        using var command = wrap(new(profile, ["/bin/sh", "-c", $"exit {ProbeCode}"], "/", new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }));
        return await run(command).ConfigureAwait(false);
    }

    private string MakeEmptyFile()
    {
        var path = Path.Combine(options.Folder, "empty");
        if (OperatingSystem.IsWindows())
        {
            return path;
        }
        Directory.CreateDirectory(options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!File.Exists(path) || new FileInfo(path).Length > 0)
        {
            File.WriteAllBytes(path, []);
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
        }
        return path;
    }

    private string DescribeLimits(bool isRoot) =>
        _limiter is null ? "none (prlimit, of util-linux, is not installed)"
        : "processor time, private memory, file size and open files of each process"
        + (isRoot ? "; the number of processes is not limited, because the kernel does not count root's" : ", and the number of processes of the sandbox");

    private static string FirstLine(string text) => text.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? "it said nothing";

    private static string? Find(string tool) => Folders.Select(folder => folder + tool).FirstOrDefault(File.Exists);
}

/// <summary>A command can not be put into the sandbox that was asked for; it was not run. The message says why and what helps.</summary>
public sealed class SandboxException(string message, Exception? inner = null) : Exception(message, inner);
