using System.Text.Json;

namespace Pryx.Agent.Secrets;

/// <summary>Changes nothing: for those who switched masking off.</summary>
public sealed class NoMask : ISecretMask, IStreamMask
{
    public static NoMask Instance { get; } = new();

    public string Mask(string text) => text;
    public IStreamMask OpenStream() => this;
    public string Write(ReadOnlySpan<char> text) => text.ToString();
    public string Finish() => "";
    public string Reveal(string text) => text;
    public RevealedArguments Reveal(JsonElement arguments) => RevealedArguments.Same(arguments);
    public Task SaveAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
