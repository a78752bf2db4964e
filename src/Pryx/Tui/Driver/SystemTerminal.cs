using Pryx.Tui.Rendering;

namespace Pryx.Tui.Driver;

/// <summary>The terminal that this process was started in.</summary>
internal static class SystemTerminal
{
    /// <summary>Why nothing can be drawn here; null when it can.</summary>
    public static string? Problem(TerminalTraits traits) =>
        Console.IsInputRedirected || Console.IsOutputRedirected ? "Standard input and output must be a terminal."
        : !OperatingSystem.IsWindows() && traits.IsDumb ? $"The terminal cannot place text (TERM is {(string.IsNullOrEmpty(traits.Term) ? "not set" : $"\"{traits.Term}\"")})."
        : null;

    /// <exception cref="IOException">There is none.</exception>
    public static ITerminal Open(TerminalTraits traits, TimeProvider time) =>
        OperatingSystem.IsWindows() ? new WindowsTerminal(time) : new PosixTerminal(time, hasKeyProtocols: traits.Term != "linux");
}
