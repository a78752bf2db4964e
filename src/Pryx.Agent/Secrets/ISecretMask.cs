using System.Text.Json;

namespace Pryx.Agent.Secrets;

/// <summary>
/// Keeps secrets from the model, the store and every surface: each is replaced by a placeholder that only this session's tools turn back,
/// when a call is executed. The same value always has the same placeholder within a session.
/// </summary>
public interface ISecretMask
{
    /// <summary>The text with placeholders for what is secret in it; the same text again when there is nothing. Masking twice changes nothing more.</summary>
    string Mask(string text);

    /// <summary>As <see cref="Mask"/>, for text that comes in pieces: their borders do not change the result.</summary>
    IStreamMask OpenStream();

    /// <summary>The text with the values of the placeholders that were issued in this session; others stay as they are.</summary>
    string Reveal(string text);

    /// <summary>The arguments as they are to be executed.</summary>
    RevealedArguments Reveal(JsonElement arguments);

    /// <summary>Makes what was issued survive a restart; cheap when there is nothing new. Trouble is a warning, never an exception.</summary>
    Task SaveAsync(CancellationToken cancellationToken);
}

/// <summary>For one writer.</summary>
public interface IStreamMask
{
    /// <returns>What can be shown by now: up to the end of the last whole line.</returns>
    string Write(ReadOnlySpan<char> text);

    /// <returns>The rest.</returns>
    string Finish();
}

/// <param name="Arguments">With values in place of placeholders: never to be stored, shown or judged.</param>
/// <param name="Placeholders">That were issued in this session, each once.</param>
/// <param name="Unknown">Texts of the same shape that were not.</param>
public sealed record RevealedArguments(JsonElement Arguments, IReadOnlyList<string> Placeholders, IReadOnlyList<string> Unknown)
{
    public static RevealedArguments Same(JsonElement arguments) => new(arguments, [], []);

    // A record prints its members.
    public override string ToString() => $"{Placeholders.Count} placeholders";
}
