namespace Pryx.Agent.Shell;

/// <summary>Which shell will read the text. They disagree on more than they seem to: what bash takes for one thing another shell may take for two commands.</summary>
public enum ShellDialect
{
    /// <summary>bash is certain to run it.</summary>
    Bash,

    /// <summary>Any POSIX shell may run it, bash under the name sh included; what only bash has is unclear then.</summary>
    Posix,
}
