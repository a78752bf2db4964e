using System.Collections.Frozen;

namespace Pryx.Agent.Shell.Syntax;

/// <summary>What setting a variable means for the commands after it.</summary>
internal static class VariableRules
{
    // They decide which program runs, what it loads or what it runs in turn.
    private static readonly FrozenSet<string> Dangerous = FrozenSet.ToFrozenSet(
    [
        "PATH", "IFS", "ENV", "BASH_ENV", "PS0", "PS1", "PS2", "PS3", "PS4", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS", "BASH_XTRACEFD", "CDPATH", "GLOBIGNORE", "FIGNORE", "EXECIGNORE", "SHELL",
        "HOME", "PWD", "OLDPWD", "TMPDIR", "USER", "LOGNAME", "EDITOR", "VISUAL", "PAGER", "MANPAGER", "BROWSER", "LESSOPEN", "LESSCLOSE", "LESS", "FCEDIT", "HISTFILE", "INPUTRC", "TERMINFO", "TERMCAP",
        "NODE_OPTIONS", "NODE_PATH", "RUBYOPT", "RUBYLIB", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "MAVEN_OPTS", "GRADLE_OPTS", "MAKEFLAGS", "GNUMAKEFLAGS", "MAKEFILES", "CC", "CXX", "AR", "LD",
        "RUSTC", "RUSTC_WRAPPER", "RUSTFLAGS", "GOFLAGS", "TAR_OPTIONS", "RSYNC_RSH", "RSYNC_OLD_ARGS", "SSH_ASKPASS", "SUDO_ASKPASS", "SUDO_EDITOR", "CVS_RSH", "GCONV_PATH", "LOCPATH", "NLSPATH", "HOSTALIASES",
        "RES_OPTIONS", "LOCALDOMAIN", "MALLOC_TRACE", "OPENSSL_CONF", "OPENSSL_MODULES", "SSLKEYLOGFILE", "PGSYSCONFDIR", "ANSIBLE_CONFIG", "KUBECONFIG", "DOCKER_HOST", "DOCKER_CONFIG", "HGRCPATH", "EMAIL",
        "LUA_INIT", "LUA_PATH", "LUA_CPATH", "R_PROFILE", "R_PROFILE_USER", "R_ENVIRON", "PHPRC", "PHP_INI_SCAN_DIR", "AWKPATH", "AWKLIBPATH", "AWK_HASH", "GREP_OPTIONS", "WGETRC", "CURL_HOME", "NETRC", "ZDOTDIR", "FPATH",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY", "COMP_WORDBREAKS", "TIMEFORMAT", "OPTIND", "BASH_CMDS", "BASH_ALIASES", "FUNCNEST", "POSIXLY_CORRECT", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS",
    ], StringComparer.OrdinalIgnoreCase);

    private static readonly string[] DangerousBeginnings =
    [
        "LD_", "DYLD_", "GIT_", "PYTHON", "PERL", "BASH_FUNC", "BASH_", "NPM_CONFIG", "YARN_", "PIP_", "UV_", "CARGO_", "DOTNET_", "MSBUILD", "NUGET_", "COMPLUS_", "CORECLR_", "COR_", "SSH_", "GPG_", "GEM_", "BUNDLE_", "LUA_", "ELECTRON_", "QT_", "GTK_", "GIO_", "PRYX_",
    ];

    private static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
    [
        "CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS", "LINES", "LANG", "LANGUAGE", "TZ", "DEBUG", "VERBOSE",
        "NODE_ENV", "RUST_BACKTRACE", "RUST_LOG", "CARGO_TERM_COLOR", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "DOTNET_NOLOGO", "RAILS_ENV", "RACK_ENV", "APP_ENV", "PORT",
        "GOOS", "GOARCH", "GOARM", "CGO_ENABLED", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "DEBIAN_FRONTEND", "DOTNET_CLI_TELEMETRY_OPTOUT", "SOURCE_DATE_EPOCH", "GIT_TERMINAL_PROMPT",
    ], StringComparer.Ordinal);

    /// <summary>True for the few variables that do not change which program runs or what it loads.</summary>
    public static bool IsHarmless(string name) => Harmless.Contains(name) || name.StartsWith("LC_", StringComparison.Ordinal);

    public static bool IsDangerous(string name)
    {
        if (IsHarmless(name))
        {
            return false;
        }
        foreach (var beginning in DangerousBeginnings)
        {
            if (name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return Dangerous.Contains(name);
    }

    /// <summary>A variable of the script gets a value.</summary>
    public static void NoteSet(ParseState state, string name, bool isNumber)
    {
        state.Variables.Sets(name, isNumber);
        if (IsDangerous(name))
        {
            state.Note(Why(name));
        }
    }

    /// <summary>A program gets a variable: only what is known to be harmless passes.</summary>
    public static void NoteExported(ParseState state, string name, bool isNumber)
    {
        state.Variables.Sets(name, isNumber);
        if (!IsHarmless(name))
        {
            state.Note(Why(name));
        }
    }

    public static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || char.IsAsciiDigit(text[0]))
        {
            return false;
        }
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>NAME of NAME=value or NAME+=value, and where the value begins; null when it is no assignment.</summary>
    public static string? AssignedName(string raw, out int valueStart)
    {
        valueStart = raw.IndexOf('=', StringComparison.Ordinal) + 1;
        if (valueStart < 2)
        {
            return null;
        }
        var name = raw.AsSpan(0, valueStart - 1);
        name = name[^1] == '+' ? name[..^1] : name;
        return IsName(name) ? name.ToString() : null;
    }

    private static string Why(string name) => $"sets {name}, which may change what the command does";
}
