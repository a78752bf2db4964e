using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pryx.Core.Audit;

/// <summary>
/// The hash of a row: SHA-256 over it as a JSON array, so that no two different rows are written the same. One instance hashes row after
/// row in the same buffers; it is not for two threads.
/// </summary>
internal sealed class AuditRow : IDisposable
{
    /// <summary>In the order in which they are hashed, behind the number of the row.</summary>
    public const string Columns = "id, timestamp, action, resource_type, resource_id, actor, details, outcome, result_hash, previous_hash";
    public const int ColumnCount = 10;

    /// <summary>The only one that may be null.</summary>
    public const int ResultHash = 8;

    /// <summary>What the first row follows.</summary>
    public static readonly string Beginning = new('0', 64);

    private readonly ArrayBufferWriter<byte> _buffer = new(2048);
    private readonly Utf8JsonWriter _writer;
    private readonly byte[] _hash = new byte[SHA256.HashSizeInBytes];

    public AuditRow() => _writer = new(_buffer);

    public void Begin(long seq)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartArray();
        _writer.WriteNumberValue(seq);
    }

    public void Add(string? field) => _writer.WriteStringValue(field);

    /// <param name="utf8">Valid, or it would be taken for another text.</param>
    public void Add(ReadOnlySpan<byte> utf8) => _writer.WriteStringValue(utf8);

    public void AddNull() => _writer.WriteNullValue();

    /// <summary>The hash, as long as no other row is begun.</summary>
    public ReadOnlySpan<byte> End()
    {
        _writer.WriteEndArray();
        _writer.Flush();
        SHA256.HashData(_buffer.WrittenSpan, _hash);
        return _hash;
    }

    public void Dispose() => _writer.Dispose();

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
