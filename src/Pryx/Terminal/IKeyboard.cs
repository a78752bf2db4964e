namespace Pryx.Terminal;

/// <summary>Single keys of the person at the terminal.</summary>
internal interface IKeyboard
{
    /// <summary>Forgets what was typed before now: a card must not take keys that were meant for something else.</summary>
    void Discard();

    /// <summary>The next key, not echoed.</summary>
    Task<ConsoleKeyInfo> ReadAsync(CancellationToken cancellationToken);
}
