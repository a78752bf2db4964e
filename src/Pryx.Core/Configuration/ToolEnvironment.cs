namespace Pryx.Core.Configuration;

/// <summary>What tools see of the environment: no provider keys, no other secrets, nothing of Pryx's own.</summary>
public static class ToolEnvironment
{
    /// <summary>The .env variables for children. An untrusted folder's give none: a child obeys far more names than anybody can list.</summary>
    public static IReadOnlyDictionary<string, string> From(DotEnv dotEnv, bool isTrusted, Func<string, string?> environment)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in isTrusted ? dotEnv.Variables : DotEnv.Empty.Variables)
        {
            // What is set already stays as it is.
            if (!VariableNames.IsSecret(name) && environment(name) is null)
            {
                variables[name] = value;
            }
        }
        return variables;
    }
}
