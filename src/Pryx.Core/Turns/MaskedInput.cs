using Pryx.Core.Secrets.Masking;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>What a person types goes to the model, too: a secret in it is masked before anything is stored, and the person is told.</summary>
internal static class MaskedInput
{
    /// <returns>The request as it is to be stored, and what the person reads; null when nothing was masked.</returns>
    public static async Task<(StartTurn Request, Notice? Notice)> OfAsync(StartTurn request, SecretDesk secrets, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.Text) && request.Call is null)
        {
            return (request, null);
        }
        var mask = await secrets.OpenAsync(request.SessionId, cancellationToken);
        if (request.Call is { } call)
        {
            // The tool gets the value back when it runs; the store never has it.
            var arguments = mask.Mask(call.Arguments);
            await mask.SaveAsync(cancellationToken);
            return (request with { Call = call with { Arguments = arguments } }, null);
        }
        var text = mask.Mask(request.Text!);
        if (text == request.Text)
        {
            return (request, null);
        }
        await mask.SaveAsync(cancellationToken);
        return (request with { Text = text }, new Notice("secret", "Your message held a secret. The model does not get it, nor is it stored: it sees «secret:…» in its place, and tools put the real value in where they use it."));
    }
}
