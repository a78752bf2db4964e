namespace Pryx.Core.Secrets.Detection;

internal enum SecretNameKind { None, Password, Token, Vague }

/// <summary>What the name of a value says: DB_PASSWORD, client-secret, spring.datasource.password, _authToken.</summary>
internal static class SecretName
{
    private const int Most = 64;

    private static readonly string[] _passwords = ["password", "passwd", "passphrase", "pwd", "_pass"];

    private static readonly string[] _tokens =
        ["token", "secret", "secretkey", "apikey", "apisecret", "accesskey", "privatekey", "authkey", "accountkey", "sharedaccesskey", "signingkey", "encryptionkey", "masterkey", "appkey", "sessionkey", "credential", "credentials", "_auth"];

    /// <summary>What the text is searched for; each is part of a name above.</summary>
    public static IReadOnlyList<string> Anchors { get; } =
        ["passw", "passphrase", "pwd", "_pass", "token", "secret", "apikey", "api-key", "api_key", "accesskey", "access-key", "access_key", "privatekey", "authkey", "accountkey", "signingkey", "encryptionkey", "masterkey", "appkey", "sessionkey", "credential", "_auth", "_key"];

    /// <summary>The whole name around a place in the line.</summary>
    public static Range Around(ReadOnlySpan<char> line, int at)
    {
        var start = at;
        while (start > 0 && at - start < Most && IsPart(line[start - 1]) && !IsEscaped(line, start - 1))
        {
            start--;
        }
        var end = at;
        while (end < line.Length && end - at < Most && IsPart(line[end]))
        {
            end++;
        }
        return start..end;
    }

    public static SecretNameKind KindOf(ReadOnlySpan<char> name)
    {
        if (name.Length is < 3 or > 2 * Most)
        {
            return SecretNameKind.None;
        }
        Span<char> lower = stackalloc char[name.Length];
        Span<char> joined = stackalloc char[name.Length];
        var length = 0;
        for (var i = 0; i < name.Length; i++)
        {
            lower[i] = char.ToLowerInvariant(name[i]);
            if (char.IsAsciiLetterOrDigit(lower[i]))
            {
                joined[length++] = lower[i];
            }
        }
        joined = joined[..length];
        return EndsWithAny(lower, joined, _passwords) ? SecretNameKind.Password
            : EndsWithAny(lower, joined, _tokens) ? SecretNameKind.Token
            : lower.EndsWith("_key", StringComparison.Ordinal) ? SecretNameKind.Vague
            : SecretNameKind.None;
    }

    private static bool EndsWithAny(ReadOnlySpan<char> lower, ReadOnlySpan<char> joined, string[] endings)
    {
        foreach (var ending in endings)
        {
            if (ending[0] == '_' ? lower.EndsWith(ending, StringComparison.Ordinal) : joined.EndsWith(ending, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

    // The n of a written \n before the name.
    private static bool IsEscaped(ReadOnlySpan<char> line, int at) => at > 0 && line[at - 1] == '\\' && line[at] is 'n' or 'r' or 't';
}
