namespace Pryx.Core.Http;

/// <summary>What an id of a provider may look like wherever one comes in over HTTP.</summary>
internal static class ProviderIds
{
    private const int Limit = 256;

    public static bool IsValid(string id) => id.Length is > 0 and <= Limit && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
