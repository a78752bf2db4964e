using Pryx.Protocol.Errors;

namespace Pryx.Commands;

/// <summary>The command line can not mean what it says: exit code 2.</summary>
internal static class UsageError
{
    public static PryxException Of(string message, string? next = null) => new("USAGE", message, next);
}
