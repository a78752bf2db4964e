namespace Pryx.Core.Configuration;

/// <summary>The process's environment. Nothing else in Pryx reads it.</summary>
public static class EnvironmentSettings
{
    public static string? Read(string name) => Environment.GetEnvironmentVariable(name);
}
