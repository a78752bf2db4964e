namespace Pryx.Core.Configuration;

/// <summary>What a variable's name says about it.</summary>
public static class VariableNames
{
    private static readonly string[] RedirectingPrefixes = ["PRYX_", "LD_", "DYLD_", "DOTNET_", "COMPLUS_", "CORECLR_", "NODE_", "NPM_CONFIG_", "PYTHON", "RUBY", "PERL5", "GIT_", "SSL_", "BASH_", "XDG_"];
    private static readonly string[] RedirectingSuffixes = ["_BASE_URL", "_API_BASE", "_API_URL", "_ENDPOINT", "_HOST", "_PROXY", "_PATH", "_URL"];

    private static readonly HashSet<string> Redirecting = new(StringComparer.OrdinalIgnoreCase)
    {
        "PATH", "HOME", "USERPROFILE", "SHELL", "ENV", "IFS", "PS4", "PROMPT_COMMAND", "EDITOR", "VISUAL", "PAGER", "BROWSER", "TMPDIR", "TEMP", "TMP",
        "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "MAVEN_OPTS", "GRADLE_OPTS", "RUSTC_WRAPPER", "LOCPATH", "GCONV_PATH",
    };

    private static readonly string[] SecretWords = ["KEY", "KEYS", "APIKEY", "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS", "PAT"];

    /// <summary>True for what changes where requests go, which programs run or which code they load: never taken from an untrusted folder.</summary>
    public static bool Redirects(string name) => Redirecting.Contains(name)
        || RedirectingPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || RedirectingSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    /// <summary>True for what is, by its name, a key or another secret, or Pryx's own: tools and their children never get it.</summary>
    public static bool IsSecret(string name)
    {
        if (name.StartsWith("PRYX_", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        foreach (var part in name.Split('_', '-', '.'))
        {
            if (SecretWords.Contains(part, StringComparer.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
