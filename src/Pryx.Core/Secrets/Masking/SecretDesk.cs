using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pryx.Agent.Secrets;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Secrets.Masking;

/// <summary>
/// The masks of the sessions. What a mask has issued is stored beside the session, encrypted with a key that lies where the other keys do,
/// so that a placeholder in an old message still means its secret after a restart, and no file holds the two together.
/// </summary>
/// <param name="isOn">The setting.</param>
/// <param name="onWarning">Hears when placeholders can not be kept or read back.</param>
public sealed class SecretDesk(Database database, ISecretStore keys, OwnSecrets own, Func<bool> isOn, Action<string> onWarning) : IDisposable
{
    public const string KeyName = "pryx:masking-key";
    private const int Kept = 256;
    private readonly ConcurrentDictionary<SessionId, SessionSecrets> _sessions = [];
    private readonly SessionSecretStore _store = new(database);
    private readonly SemaphoreSlim _keyGate = new(1, 1);
    private byte[]? _key;
    private bool _hasWarned;

    /// <summary>The session's mask, with what was issued in it before and in the one it helps.</summary>
    public async Task<ISecretMask> OpenAsync(SessionId session, CancellationToken cancellationToken)
    {
        if (!isOn())
        {
            return NoMask.Instance;
        }
        await own.RefreshAsync(cancellationToken);
        if (_sessions.Count > Kept)
        {
            // Those in use stay alive with whoever uses them, and everything saved is read back.
            foreach (var (id, idle) in _sessions.Where(static pair => pair.Value.IsSaved))
            {
                _sessions.TryRemove(new(id, idle));
            }
        }
        var secrets = _sessions.GetOrAdd(session, id => new(id, own.Known, SaveAsync));
        await LoadAsync(secrets, cancellationToken);
        return secrets;
    }

    public void Dispose()
    {
        _keyGate.Dispose();
        own.Dispose();
    }

    private async Task LoadAsync(SessionSecrets secrets, CancellationToken cancellationToken)
    {
        var rows = await _store.ReadAsync(secrets.Session, secrets.LastRow, cancellationToken);
        if (rows.Count == 0)
        {
            return;
        }
        try
        {
            if (await KeyAsync(create: false, cancellationToken) is { } key)
            {
                foreach (var row in rows)
                {
                    secrets.Restore(row.Placeholder, Encoding.UTF8.GetString(VaultCipher.Decrypt(key, row.Nonce, row.Data, Encoding.UTF8.GetBytes(row.Placeholder))));
                    secrets.LastRow = row.Id;
                }
            }
        }
        catch (Exception e) when (e is PryxException or CryptographicException)
        {
            Warn($"The placeholders of earlier secrets can not be turned back: {e.Message}");
        }
    }

    private async Task SaveAsync(SessionSecrets secrets, CancellationToken cancellationToken)
    {
        try
        {
            var key = await KeyAsync(create: true, cancellationToken);
            var rows = secrets.TakeUnsaved().Select(issued =>
            {
                var nonce = RandomNumberGenerator.GetBytes(VaultCipher.NonceBytes);
                return new SessionSecretRow(0, issued.Placeholder, nonce, VaultCipher.Encrypt(key!, nonce, Encoding.UTF8.GetBytes(issued.Value), Encoding.UTF8.GetBytes(issued.Placeholder)));
            }).ToList();
            await _store.AddAsync(secrets.Session, rows, cancellationToken);
        }
        catch (PryxException e)
        {
            Warn($"The placeholders of this session's secrets will mean nothing after a restart: {e.Message}");
        }
    }

    private async Task<byte[]?> KeyAsync(bool create, CancellationToken cancellationToken)
    {
        if (_key is { } known)
        {
            return known;
        }
        await _keyGate.WaitAsync(cancellationToken);
        try
        {
            if (await keys.GetAsync(KeyName, cancellationToken) is null && create)
            {
                await keys.SetAsync(KeyName, Convert.ToBase64String(RandomNumberGenerator.GetBytes(VaultCipher.KeyBytes)), cancellationToken);
            }
            // As it lies there: another process may have been quicker.
            return _key = await keys.GetAsync(KeyName, cancellationToken) is { } text ? Convert.FromBase64String(text) : null;
        }
        finally
        {
            _keyGate.Release();
        }
    }

    private void Warn(string warning)
    {
        if (!_hasWarned)
        {
            _hasWarned = true;
            onWarning(warning);
        }
    }
}
