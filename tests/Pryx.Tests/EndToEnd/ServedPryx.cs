using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>A daemon that somebody has started with the real executable, seen from outside: its output, its files, its processes, its API.</summary>
internal sealed class ServedPryx : IAsyncDisposable
{
    private const string ReadyText = "Pryx is ready at ";
    private readonly Person _person;

    private ServedPryx(Person person, RunProcess process) => (_person, Process) = (person, process);

    /// <summary>What was started: the host, or Core alone.</summary>
    public RunProcess Process { get; }
    public HttpClient Http { get; private set; } = null!;
    public Uri Url => new(Process.Stdout.Split('\n').Last(line => line.StartsWith(ReadyText, StringComparison.Ordinal))[ReadyText.Length..]);
    public int CorePid => Metadata().GetProperty("pid").GetInt32();
    public string Token => File.ReadAllText(Path.Combine(_person.Home.Data, "core.token")).Trim();
    public string PortFile => Path.Combine(_person.Home.Data, "runtime.port");
    public string MetadataFile => Path.Combine(_person.Home.Data, "metadata.json");

    /// <summary>Ready when it returns.</summary>
    /// <param name="arguments">Of <c>pryx</c>; none for <c>serve</c>.</param>
    public static async Task<ServedPryx> StartAsync(Person person, params string[] arguments) =>
        await OfAsync(person, await person.StartAsync(arguments.Length == 0 ? ["serve"] : arguments));

    /// <summary>One that was started in another way.</summary>
    public static async Task<ServedPryx> OfAsync(Person person, RunProcess process)
    {
        var served = new ServedPryx(person, process);
        try
        {
            await served.Process.WaitForOutputAsync(ReadyText, TestContext.Current.CancellationToken);
            served.Connect();
            return served;
        }
        catch
        {
            await served.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until Core is ready that is not the one with this id.</summary>
    public async Task WaitForNextCoreAsync(int before)
    {
        await Until.TrueAsync(() => IsAnother(before), TestContext.Current.CancellationToken);
        Connect();
    }

    private bool IsAnother(int before)
    {
        try
        {
            return CorePid != before && File.Exists(PortFile);
        }
        catch (IOException)
        {
            return false; // Between the one and the other there is none.
        }
    }

    public JsonElement Metadata()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(MetadataFile));
        return document.RootElement.Clone();
    }

    /// <summary>A turn of a new session in which everything is allowed.</summary>
    /// <returns>The session.</returns>
    public async Task<string> BeginAsync(string text)
    {
        var session = (await PostAsync("/api/v1/sessions", new { model = Models.Chat, workspace = _person.Folder })).GetProperty("id").GetString()!;
        await SendAsync(session, text);
        return session;
    }

    public Task<JsonElement> SendAsync(string session, string text) =>
        PostAsync($"/api/v1/sessions/{session}/messages", new { content = text, approve_all = true });

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await Http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var document = JsonDocument.Parse(await Http.GetStringAsync(path, TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    /// <summary>The signal, and how long it takes until the process and all who hold its output are gone.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> EndAsync(int signal)
    {
        var started = TimeProvider.System.GetTimestamp();
        Process.Signal(signal);
        var result = await Process.WaitAsync(TestContext.Current.CancellationToken);
        return (result.ExitCode, TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>Living processes that were started for this person, whoever started them: each inherits HOME.</summary>
    public static IReadOnlyList<string> ProcessesOf(Person person)
    {
        var home = $"HOME={person.Home.Home}\0";
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                if (("\0" + File.ReadAllText(folder + "/environ")).Contains("\0" + home, StringComparison.Ordinal))
                {
                    found.Add($"{Path.GetFileName(folder)} {File.ReadAllText(folder + "/cmdline").Replace('\0', ' ')}");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }
        return found;
    }

    /// <summary>Dead children that nobody has buried.</summary>
    public static int ZombiesOf(int parent) => Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Count(folder =>
    {
        try
        {
            var stat = File.ReadAllText(folder + "/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" && fields[1] == parent.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await Process.DisposeAsync();
    }

    private void Connect()
    {
        Http?.Dispose();
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new($"http://127.0.0.1:{File.ReadAllText(PortFile)}") };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }
}
