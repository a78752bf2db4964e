using System.Security.Cryptography;
using System.Text;

namespace Pryx.Core.Memory;

/// <summary>Whom a fact is about: the user everywhere, or one folder.</summary>
public enum MemoryScope { User, Workspace }

/// <summary>One fact, as it stands in a MEMORY.md.</summary>
/// <param name="Text">One line.</param>
/// <param name="By">user or model.</param>
public sealed record MemoryEntry(string Text, string By)
{
    /// <summary>The beginning of the SHA-256 of its text: what a person changes by hand is another fact.</summary>
    public string Id => field ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..8];

    /// <summary>Null for what a person wrote by hand.</summary>
    public DateOnly? Noted { get; init; }

    /// <summary>Whose words it was taken from, where nobody vouches for them; null for what the user, or the model without such text before it, has said.</summary>
    public string? Untrusted { get; init; }
}

/// <param name="File">The one it stands in, absolute.</param>
public sealed record PlacedEntry(MemoryEntry Entry, MemoryScope Scope, string File);
