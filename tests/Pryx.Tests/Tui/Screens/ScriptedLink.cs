using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Testing;
using Pryx.Tui.Link;

namespace Pryx.Tests.Tui.Screens;

/// <summary>A Core that answers with bodies that were recorded from a real one, and keeps what it was asked.</summary>
internal sealed class ScriptedLink : ICoreLink
{
    private readonly Dictionary<string, Func<Task<string>>> _answers = new(StringComparer.Ordinal);

    public FakeClient Fake { get; } = new();
    public IPryxClient Client => Fake;

    /// <summary>"POST /api/v1/skills/disable {…}", in order; without what was only read.</summary>
    public List<string> Changes { get; } = [];
    public List<string> Reads { get; } = [];

    /// <param name="call">Such as "GET /api/v1/skills"; its query does not count.</param>
    /// <param name="body">The name of a file in Bodies, or JSON.</param>
    public ScriptedLink Answers(string call, string body)
    {
        var text = body.Length == 0 || body[0] is '{' or '[' ? body : Read(body);
        _answers[call] = () => Task.FromResult(text);
        return this;
    }

    public ScriptedLink Fails(string call, string code, string message, string? next = null)
    {
        _answers[call] = () => Task.FromException<string>(new PryxException(code, message, next));
        return this;
    }

    /// <summary>Not answered until the test says so.</summary>
    public TaskCompletionSource<string> Waits(string call)
    {
        var answer = new TaskCompletionSource<string>();
        _answers[call] = () => answer.Task;
        return answer;
    }

    public Task<string> SendAsync(string method, string path, string? json, CancellationToken cancellationToken)
    {
        (method == "GET" ? Reads : Changes).Add(json is null ? $"{method} {path}" : $"{method} {path} {json}");
        return _answers.TryGetValue($"{method} {path.Split('?')[0]}", out var answer) ? answer()
            : Task.FromException<string>(new PryxException("NOT_FOUND", $"Nothing is scripted for {method} {path}."));
    }

    public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> AnswersAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Read(string name) => File.ReadAllText(Path.Combine(SourceTree.Here(), "Bodies", name + ".json"));
}
