using System.Globalization;
using Pryx.Protocol.Client;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>The daemon of a person's data directory, as a process of its own.</summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private readonly RunProcess _process;

    private DaemonProcess(RunProcess process) => _process = process;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public int Pid => _process.Pid;
    public string Stderr => _process.Stderr;

    /// <summary>Answers when it returns.</summary>
    public static async Task<DaemonProcess> StartAsync(Person person)
    {
        var process = await person.StartAsync("serve", "--no-supervisor", "--port", "0");
        await process.WaitForOutputAsync("ready at", Cancellation);
        return new(process);
    }

    /// <summary>A surface of this person.</summary>
    public static PryxHttpClient Connect(Person person, int networkRetries = 5) => new(new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false }), new PryxHttpOptions
    {
        FindCoreAsync = async cancellationToken => File.Exists(PortOf(person))
            ? new CoreAddress(
                new Uri("http://127.0.0.1:" + int.Parse(await File.ReadAllTextAsync(PortOf(person), cancellationToken), CultureInfo.InvariantCulture)),
                (await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "core.token"), cancellationToken)).Trim())
            : null,
        NetworkRetries = networkRetries,
        Surface = "test",
    });

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.KillHard();
        await _process.WaitAsync(Cancellation);
    }

    /// <summary>SIGTERM; returns when it has ended.</summary>
    public async Task<ProcessResult> EndAsync()
    {
        _process.Signal(15);
        return await _process.WaitAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string PortOf(Person person) => Path.Combine(person.Home.Data, "runtime.port");
}
