using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Host;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Gateway;

/// <summary>What the commands that speak to a route have in common.</summary>
internal static class ApiCall
{
    /// <returns>The exit code of the action.</returns>
    public static async Task<int> RunAsync(CommandIo io, Func<ApiConnection, CancellationToken, Task<int>> actAsync, CancellationToken cancellationToken)
    {
        using var interrupts = io.Interrupts();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interrupts.Any);
        var note = new WaitingNote(io);
        await using var api = await note.WhileAsync(io.Reach.OpenApiAsync(warning => io.Error.WriteLine($"Warning: {SafeText.Of(warning)}"), io.WorkingDirectory, either.Token));
        api.Note = note;
        try
        {
            return await actAsync(api, either.Token);
        }
        catch (Exception e) when (interrupts.Any.IsCancellationRequested && e is (IOException or HttpRequestException or PryxException))
        {
            // What breaks because somebody has stopped it is no error of its own.
            throw new OperationCanceledException("Stopped.", e, interrupts.Any);
        }
    }

    /// <summary>The body of the answer.</summary>
    /// <exception cref="PryxException">As the error body says.</exception>
    public static async Task<T> CallAsync<T>(this ApiConnection api, string method, string path, string? json, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var answer = await api.SendAsync(method, path, json, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        ThrowIfFailed(answer, text);
        return JsonSerializer.Deserialize(text, type)!;
    }

    /// <exception cref="PryxException">As the error body says.</exception>
    public static async Task CallAsync(this ApiConnection api, string method, string path, CancellationToken cancellationToken)
    {
        using var answer = await api.SendAsync(method, path, null, cancellationToken);
        ThrowIfFailed(answer, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>For answers whose body nobody needs.</summary>
    /// <exception cref="PryxException">As the error body says.</exception>
    public static async Task SendOkAsync(this ApiConnection api, string method, string path, string? json, CancellationToken cancellationToken)
    {
        using var answer = await api.SendAsync(method, path, json, cancellationToken);
        ThrowIfFailed(answer, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    private static void ThrowIfFailed(HttpResponseMessage answer, string text)
    {
        if (!answer.IsSuccessStatusCode)
        {
            // What is not of Pryx, such as a proxy's page, has no such body.
            var error = text.StartsWith('{') ? JsonSerializer.Deserialize(text, ProtocolJson.Default.ErrorBody)?.Error : null;
            if (error is null)
            {
                throw new PryxException("NOT_ANSWERED", $"Pryx answered {(int)answer.StatusCode} and did not say why.", "pryx doctor");
            }
            throw new PryxException(error.Code, error.Message, error.Next) { TraceId = error.TraceId };
        }
    }
}
