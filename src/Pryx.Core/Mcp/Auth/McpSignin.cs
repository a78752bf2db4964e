using System.Threading.Channels;
using Microsoft.AspNetCore.WebUtilities;
using ModelContextProtocol.Authentication;
using Pryx.Core.Mcp.Transports;
using Pryx.Core.OAuth;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Mcp.Auth;

/// <summary>One attempt to sign in to a server: connects to it, and lets a person answer in the browser what it asks. It ends after five minutes, or as soon as it is known how.</summary>
internal sealed class McpSignin : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private const int MaxAsks = 3;
    private readonly McpServer _server;
    private readonly Func<Task> _onSignedIn;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationTokenSource _timeout;
    private readonly TaskCompletionSource<PryxException?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // What one answer has led to: the server asks again when it wants more.
    private readonly Channel<CallbackAnswer> _answers = Channel.CreateBounded<CallbackAnswer>(1);
    private int _asks;
    private TaskCompletionSource _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OAuthCallback _callback = null!;
    private Task _running = Task.CompletedTask;

    private McpSignin(McpServer server, Func<Task> onSignedIn, TimeProvider time)
    {
        (_server, _onSignedIn) = (server, onSignedIn);
        _timeout = new(Patience, time);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token);
    }

    /// <summary>To be opened in a browser on this machine; null when the server did not ask.</summary>
    public string? Url { get; private set; }

    /// <summary>Why it did not work; null when it did.</summary>
    public Task<PryxException?> Outcome => _outcome.Task;

    /// <summary>Returns when the address to open is known, or the end.</summary>
    /// <param name="version">Ours, for the server.</param>
    /// <param name="onSignedIn">Called when the tokens are in the keychain and the server has taken them.</param>
    /// <exception cref="PryxException">What is wrong before anybody was asked: MCP_UNREACHABLE, MCP_REFUSED, MCP_AUTH_FAILED, VAULT_…</exception>
    public static async Task<McpSignin> StartAsync(McpServer server, McpHttpTransports transports, string version, Func<Task> onSignedIn, TimeProvider time, CancellationToken cancellationToken)
    {
        var signin = new McpSignin(server, onSignedIn, time);
        try
        {
            signin._callback = await OAuthCallback.ListenAsync(signin.AnswerAsync, cancellationToken);
            signin._running = signin.RunAsync(transports, version);
            await Task.WhenAny(signin._asked.Task, signin._outcome.Task).WaitAsync(cancellationToken);
            return !signin._asked.Task.IsCompleted && await signin._outcome.Task is { } problem ? throw problem : signin;
        }
        catch
        {
            await signin.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _outcome.TrySetResult(new("MCP_AUTH_FAILED", "It was given up.", $"pryx mcp auth {_server.Name}"));
        await _ending.CancelAsync();
        await _running;
        await CloseAsync();
        _ending.Dispose();
        _timeout.Dispose();
    }

    private async Task RunAsync(McpHttpTransports transports, string version)
    {
        await Task.Yield();
        PryxException? problem;
        try
        {
            problem = await ConnectAsync(transports, version);
        }
        catch (OperationCanceledException)
        {
            problem = Failed(_timeout.IsCancellationRequested ? "The sign-in timed out." : "It was given up.");
        }
        catch (PryxException e)
        {
            problem = e;
        }
        _outcome.TrySetResult(problem);
        // From here on nobody listens: the port is somebody else's.
        await CloseAsync();
    }

    private async Task<PryxException?> ConnectAsync(McpHttpTransports transports, string version)
    {
        var consent = new McpConsent(new(_callback.RedirectUri), AskAsync) { OnStored = () => Volatile.Read(ref _stored).TrySetResult() };
        await using var transport = await transports.CreateAsync(_server, consent, _ending.Token);
        try
        {
            await using var client = await McpHandshake.ConnectAsync(transport, new() { ClientInfo = new() { Name = "pryx", Version = version } }, _ending.Token);
            if (client.ServerCapabilities.Tools is not null)
            {
                // Some servers let everybody in and ask only then.
                await client.ListToolsAsync(cancellationToken: _ending.Token);
            }
            await _onSignedIn();
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException || !_ending.IsCancellationRequested)
        {
            return e is PryxException ? transport.Explain(e) : transport.Explain(e) is { Code: not "MCP_SIGNIN_NEEDED" and not "MCP_UNREACHABLE" } known ? known : Failed($"{_server.Name} did not sign you in: {e.GetBaseException().Message.TrimEnd('.')}.");
        }
    }

    private async Task<AuthorizationResult?> AskAsync(Uri url, CancellationToken cancellationToken)
    {
        if (url.Scheme is not ("https" or "http") || QueryHelpers.ParseQuery(url.Query)["state"] is not [{ Length: > 0 } state])
        {
            throw Failed($"{_server.Name} names an address to sign in that is none.");
        }
        if (_asks > 0 && !_stored.Task.IsCompleted || ++_asks > MaxAsks)
        {
            // Asked again although the person has answered: the answer led to nothing.
            throw Failed($"{_server.Name} did not accept the answer to its sign-in.");
        }
        Volatile.Write(ref _stored, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _callback.Expect(state);
        Url = url.AbsoluteUri;
        _asked.TrySetResult();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        var answer = await _answers.Reader.ReadAsync(either.Token);
        return answer.Code is { } code ? new() { Code = code, State = answer.State, Iss = answer.Issuer }
            : throw Failed(answer.Error == "access_denied" ? "The sign-in was declined." : $"{_server.Name} did not sign you in ({answer.Error}).");
    }

    // What the browser shows: the end of this answer, not of what the server may ask afterwards.
    private async Task<string?> AnswerAsync(CallbackAnswer answer, CancellationToken cancellationToken)
    {
        var stored = Volatile.Read(ref _stored).Task;
        await _answers.Writer.WriteAsync(answer, _ending.Token);
        await Task.WhenAny(stored, _outcome.Task);
        return stored.IsCompletedSuccessfully ? null : await _outcome.Task is { } problem ? problem.Message : null;
    }

    private PryxException Failed(string what) => new("MCP_AUTH_FAILED", what, $"try again: pryx mcp auth {_server.Name}");

    private async ValueTask CloseAsync()
    {
        if (_callback is not null)
        {
            await _callback.DisposeAsync();
        }
    }
}
