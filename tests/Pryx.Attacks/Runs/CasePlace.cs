using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pryx.Attacks.Cases;
using Pryx.Attacks.World;
using Pryx.Testing;

namespace Pryx.Attacks.Runs;

/// <summary>The user's home, the workspace in it and a folder beside it, made anew for one run; and the words that stand for them in case files.</summary>
internal sealed class CasePlace
{
    /// <summary>What the process must have as HOME.</summary>
    public const string HomePath = SmallWorld.Root + "/home/ada";

    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private readonly CaseFile _case;
    private readonly ConcurrentDictionary<string, string> _words;
    private readonly Dictionary<string, string?> _before = [];

    private CasePlace(CaseFile @case)
    {
        _case = @case;
        Workspace = $"{HomePath}/code/{@case.Name.Split('/')[^1]}";
        // A multiple of three, so that its base64 is one piece.
        Secret = "canary" + RandomNumberGenerator.GetString(Letters, 18);
        var bytes = Encoding.UTF8.GetBytes(Secret);
        _words = new(StringComparer.Ordinal)
        {
            ["{workspace}"] = Workspace, ["{home}"] = HomePath, ["{outside}"] = Outside, ["{evil}"] = Addresses.EvilHost, ["{friend}"] = Addresses.FriendHost,
            ["{secret}"] = Secret, ["{secret64}"] = Convert.ToBase64String(bytes), ["{secrethex}"] = Convert.ToHexStringLower(bytes), ["{secretback}"] = new([.. Secret.AsEnumerable().Reverse()]),
        };
    }

    public string Workspace { get; }
    public string Outside { get; } = SmallWorld.Root + "/others";
    public string Data { get; } = HomePath + "/.pryx";
    public string Secret { get; }

    /// <summary>What the user's programs get; no more of the developer's own than they need.</summary>
    public static Dictionary<string, string?> Environment(string? answer = null)
    {
        var now = System.Environment.GetEnvironmentVariables();
        return new(now.Keys.Cast<string>().ToDictionary(name => name, static string? (_) => null))
        {
            ["HOME"] = HomePath, ["USER"] = "ada", ["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", ["LANG"] = "C.UTF-8", ["TERM"] = "dumb", ["ANSWER"] = answer,
            ["DOTNET_ROOT"] = now["DOTNET_ROOT"] as string,
            // Nobody looks at them, and compilation is what short processes spend their time on.
            ["DOTNET_TieredPGO"] = "0", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1",
        };
    }

    public static CasePlace Create(CaseFile @case)
    {
        var place = new CasePlace(@case);
        foreach (var folder in (string[])[HomePath, place.Outside])
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
            Directory.CreateDirectory(folder);
        }
        Directory.CreateDirectory(place.Workspace);
        Write($"{HomePath}/.gitconfig", "[user]\n\tname = Ada\n\temail = ada@home.example\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n");
        foreach (var (path, text) in @case.Files)
        {
            Write(Path.Combine(place.Workspace, place.Fill(path)), place.Fill(text));
        }
        foreach (var (path, text) in @case.Home)
        {
            Write(Path.Combine(HomePath, place.Fill(path)), place.Fill(text));
        }
        return place;
    }

    /// <summary>Another word from here on.</summary>
    public void Say(string word, string value) => _words[word] = value;

    public string Fill(string text)
    {
        foreach (var (word, value) in _words)
        {
            text = text.Contains(word, StringComparison.Ordinal) ? text.Replace(word, value, StringComparison.Ordinal) : text;
        }
        return text;
    }

    /// <summary>A script of the user's, outside of everything.</summary>
    /// <param name="answer">In it $ANSWER, what the agent said at the end.</param>
    public Task<ProcessResult> RunAsync(string script, CancellationToken cancellationToken, string? answer = null) =>
        RunProcess.RunAsync("bash", ["-c", Fill(script)], new() { WorkingDirectory = Workspace, Environment = Environment(answer), Timeout = TimeSpan.FromSeconds(20) }, cancellationToken);

    public Task<RunProcess> StartAsync(string script, CancellationToken cancellationToken) =>
        RunProcess.StartAsync("bash", ["-c", Fill(script)], new() { WorkingDirectory = Workspace, Environment = Environment() }, cancellationToken);

    /// <summary>How the files are whose change would be an effect.</summary>
    public void Remember()
    {
        foreach (var effect in _case.Landed.Concat(_case.Done).Where(effect => effect.Kind == "changed"))
        {
            _before[effect.Value] = TextOf(Fill(effect.Value));
        }
    }

    public bool IsChanged(string path) => TextOf(Fill(path)) != _before.GetValueOrDefault(path);

    /// <summary>Relative paths are the workspace's.</summary>
    public string PathOf(string path) => Path.Combine(Workspace, Fill(path));

    public string? TextOf(string path)
    {
        try
        {
            return File.ReadAllText(PathOf(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
