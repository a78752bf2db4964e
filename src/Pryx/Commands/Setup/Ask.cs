using Pryx.Terminal;

namespace Pryx.Commands.Setup;

/// <summary>The person has left: nothing that was done is lost.</summary>
internal sealed class LeftException : Exception
{
    public LeftException() : base("Left.") { }
    public LeftException(string message) : base(message) { }
    public LeftException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>Questions of setup: lines and single keys, on the terminal that the person sits at.</summary>
internal sealed class Ask(CommandIo io)
{
    public Style Style => io.ErrorStyle;

    public void Say(string text = "") => io.Error.WriteLine(text);

    public void Warn(string message, string? next)
    {
        io.Error.WriteLine($"  {Style.Yellow("!")} {SafeText.Of(message)}");
        if (next is { Length: > 0 })
        {
            io.Error.WriteLine($"    {Style.Dim("→")} {SafeText.Of(next)}");
        }
    }

    /// <summary>Trimmed; empty for Enter alone.</summary>
    /// <exception cref="LeftException">Escape.</exception>
    public async Task<string> LineAsync(string prompt, CancellationToken cancellationToken, bool isSecret = false)
    {
        io.Keyboard.Discard();
        return (await LineInput.ReadAsync(io, prompt, "", isSecret, cancellationToken) ?? throw new LeftException()).Trim();
    }

    /// <summary>One of the keys; Enter is the first of them.</summary>
    /// <exception cref="LeftException">Escape.</exception>
    public async Task<char> KeyAsync(string prompt, string keys, CancellationToken cancellationToken)
    {
        io.Keyboard.Discard();
        io.Error.Write(prompt);
        while (true)
        {
            var key = await io.Keyboard.ReadAsync(cancellationToken);
            var letter = key.Key == ConsoleKey.Enter ? keys[0] : char.ToLowerInvariant(key.KeyChar);
            if (key.Key == ConsoleKey.Escape)
            {
                io.Error.WriteLine();
                throw new LeftException();
            }
            if (keys.Contains(letter, StringComparison.Ordinal))
            {
                io.Error.WriteLine(key.Key == ConsoleKey.Enter ? "" : letter.ToString());
                return letter;
            }
        }
    }
}
