using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Terminal;

namespace Pryx.Commands.Sessions;

/// <summary>What changes sessions: copying one, deleting one.</summary>
internal sealed class SessionEdits(IPryxClient client, CommandIo io)
{
    public async Task<int> ForkAsync(string id, string? title, int? turn, bool isJson, CancellationToken cancellationToken)
    {
        var session = await SessionLookup.FindAsync(client, id, cancellationToken);
        var fork = await client.ForkSessionAsync(session.Id, title, turn, cancellationToken);
        io.Out.WriteLine(isJson
            ? JsonSerializer.Serialize(fork, ProtocolJson.Default.Session)
            : $"Forked into {fork.Id}: {SafeText.Line(fork.Title, 200)}\nGo on with: pryx run --session {fork.Id} \"what to do\"");
        return ExitCodes.Ok;
    }

    public async Task<int> DeleteAsync(string id, bool isForced, bool isJson, CancellationToken cancellationToken)
    {
        var session = await SessionLookup.FindAsync(client, id, cancellationToken);
        if (!isForced && !await IsConfirmedAsync(session.Title, cancellationToken))
        {
            io.Error.WriteLine("Not deleted.");
            return ExitCodes.Failed;
        }
        if (!await client.DeleteSessionAsync(session.Id, cancellationToken))
        {
            throw SessionLookup.NotFound(id);
        }
        io.Out.WriteLine(isJson ? $$"""{"deleted":"{{session.Id}}"}""" : $"Deleted {session.Id}");
        return ExitCodes.Ok;
    }

    // Read as a line, so that scripts can answer it too.
    private async Task<bool> IsConfirmedAsync(string title, CancellationToken cancellationToken)
    {
        io.Error.Write($"Delete \"{SafeText.Line(title, 80)}\" with everything in it? Type 'yes': ");
        io.Error.Flush();
        var answer = await Task.Run(io.OpenIn().ReadLine, cancellationToken).WaitAsync(cancellationToken);
        return answer?.Trim() == "yes";
    }
}
