using System.Buffers;
using System.Text.Json;
using Pryx.Core.Storage;

namespace Pryx.Core.Secrets;

/// <summary>keychain.json: the names of the secrets there are, and which of them lie in the OS keychain; never a value.</summary>
internal sealed record SecretReferences(IReadOnlySet<string> InVault, IReadOnlySet<string> InKeychain)
{
    public static SecretReferences None { get; } = new(new HashSet<string>(), new HashSet<string>());

    /// <summary>What somebody else wrote into the file is not understood, and no reason to fail: values are found without it.</summary>
    public static SecretReferences Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return None;
            }
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var all = Names(document.RootElement, "references");
            var inKeychain = Names(document.RootElement, "keychain");
            return new(all.Except(inKeychain).ToHashSet(StringComparer.Ordinal), inKeychain);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return None;
        }
    }

    /// <summary>For whoever holds the vault's lock.</summary>
    public void Write(string path)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            WriteNames(writer, "references", InVault.Union(InKeychain));
            if (InKeychain.Count > 0)
            {
                WriteNames(writer, "keychain", InKeychain);
            }
            writer.WriteEndObject();
        }
        PrivateFile.Replace(path, buffer.WrittenSpan.ToArray());
    }

    private static HashSet<string> Names(JsonElement root, string list) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty(list, out var names) && names.ValueKind == JsonValueKind.Array
        ? names.EnumerateArray().Where(static name => name.ValueKind == JsonValueKind.String).Select(static name => name.GetString()!).ToHashSet(StringComparer.Ordinal)
        : [];

    private static void WriteNames(Utf8JsonWriter writer, string list, IEnumerable<string> names)
    {
        writer.WriteStartArray(list);
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(name);
        }
        writer.WriteEndArray();
    }
}
