using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pryx.Commands;
using Pryx.Commands.Completion;
using Pryx.Core.Configuration;
using Pryx.Host;
using Pryx.Testing;
using Pryx.Tests.EndToEnd;

namespace Pryx.Tests.Commands.Table;

/// <summary>
/// All commands × (no daemon, a daemon) × (good input, each kind of bad input), as one table with what each says in CommandTable.txt. It is
/// renewed with PRYX_SNAPSHOT=1; a look at its difference shows what changes for somebody who types.
/// </summary>
public sealed partial class CommandTableTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CLI21", "exit 0")]
    public async Task Whatever_is_typed_is_answered_with_what_happened_and_what_to_do_next()
    {
        using var probe = new TestTerminal(new FakeClient());
        var rows = CommandNode.Of(CommandLine.Build(probe.Io, "pryx", out _)).SelectMany(CommandRow.Of).ToList();
        var alone = await RunAsync(rows, isServed: false);
        var served = await RunAsync(rows, isServed: true);

        var faults = new List<string>();
        var table = new StringBuilder();
        foreach (var (row, without, with) in rows.Zip(alone, served))
        {
            faults.AddRange(Faults(row, without).Concat(Faults(row, with)).Distinct());
            if (!row.IsVarying && row.Kind != "help")
            {
                table.Append($"{row.Line}   ({row.Kind})\n{Shown(without)}{(without == with ? "" : $"  with a daemon:\n{Shown(with)}")}");
            }
        }

        Assert.True(rows.Count > 500, $"{rows.Count} rows");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Snapshot.Matches("Commands/Table/CommandTable.txt", table.ToString());
    }

    private static IEnumerable<string> Faults(CommandRow row, Answer answer)
    {
        var said = answer.Out + answer.Error;
        if (said.Contains("   at ", StringComparison.Ordinal) || said.Contains("--verbose and report", StringComparison.Ordinal))
        {
            yield return $"{row.Line}: nobody expected this:\n{said}";
        }
        if (answer.Code is < 0 or > 5)
        {
            yield return $"{row.Line}: exit code {answer.Code}";
        }
        if (answer.Code != 0 && said.Trim().Length == 0)
        {
            yield return $"{row.Line}: fails with {answer.Code} and says nothing";
        }
        if (row.Kind == "help" && (answer.Code != 0 || !answer.Out.Contains("Usage:", StringComparison.Ordinal)))
        {
            yield return $"{row.Line}: {answer.Code} {said}";
        }
        if (row.IsMisuse && answer.Code != (row.Node.Path is ["config", ..] ? 1 : 2))
        {
            yield return $"{row.Line}: {row.Kind}, and the exit code is {answer.Code}: {said}";
        }
        if (row.Kind == "good, as JSON" && answer.Code == 0 && !IsJson(answer.Out))
        {
            yield return $"{row.Line}: no JSON: {answer.Out}";
        }
    }

    // One value, or one a line.
    private static bool IsJson(string text)
    {
        try
        {
            using var whole = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            try
            {
                foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    JsonDocument.Parse(line).Dispose();
                }
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    private static async Task<List<Answer>> RunAsync(List<CommandRow> rows, bool isServed)
    {
        using var person = new Person();
        person.Variables["PRYX_CLOUD_API_URL"] = "http://127.0.0.1:1";
        await using var daemon = isServed ? await DaemonProcess.StartAsync(person) : null;
        var variables = person.Setup().Environment;
        var reach = new Reach(new Settings(name => variables.TryGetValue(name, out var value) ? value : EnvironmentSettings.Read(name)));
        var answers = new List<Answer>();
        foreach (var row in rows)
        {
            using var terminal = new TestTerminal(new FakeClient()).With(io => io with
            {
                Reach = reach,
                WorkingDirectory = person.Folder,
                ConnectAsync = (options, token) => reach.ConnectAsync(options, warning => io.Error.WriteLine($"Warning: {warning}"), token),
            });
            var code = await terminal.RunAsync([.. row.Arguments]);
            answers.Add(new(code, Masked(terminal.Out.ToString(), person.Home), Masked(terminal.Error.ToString(), person.Home)));
        }
        return answers;
    }

    // What is different each time: folders, ids, times, amounts of bytes.
    private static string Masked(string text, TempHome home)
    {
        text = text.Replace(home.Root, "~", StringComparison.Ordinal);
        text = Id().Replace(text, "<id>");
        text = Moment().Replace(text, "<time>");
        text = Size().Replace(text, "0");
        text = Padding().Replace(text, "<time> ");
        text = Trace().Replace(text, "");
        return Address().Replace(text, "<address>");
    }

    private static string Shown(Answer answer)
    {
        // Of what was done, that and how it begins; of what was not done, all of it.
        var lines = answer.Code == 0 ? [.. Lines(answer.Out).Take(2)] : Lines(answer.Out).Concat(Lines(answer.Error)).Take(8).ToList();
        return $"  {answer.Code}\n{string.Concat(lines.Select(static line => $"    {(line.Length > 200 ? line[..200] + "…" : line)}\n"))}";
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(static line => line.TrimEnd()).Where(static line => line.Length > 0 && !line.StartsWith("Usage: pryx run|", StringComparison.Ordinal));

    private sealed record Answer(int Code, string Out, string Error);

    [GeneratedRegex("pryx_[A-Za-z0-9_-]{20,}|(?<=pryx-)\\d{8}T\\d{6}Z-[0-9a-f]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,64}|req-[0-9a-f]+|(proc|p|agent)-[0-9a-z]{6,}|\\b(?=[a-f]*\\d)[0-9a-f]{8}\\b")]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?|\d+(\.\d+)? (ms|KB|MB|GB|bytes|s)\b")]
    private static partial Regex Moment();

    // Columns are as wide as what stands in them.
    [GeneratedRegex("<time> +")]
    private static partial Regex Padding();

    [GeneratedRegex("(?<=\"bytes\":)\\d+")]
    private static partial Regex Size();

    [GeneratedRegex(@"Trace: .*\n")]
    private static partial Regex Trace();

    [GeneratedRegex(@"127\.0\.0\.1:\d{2,5}")]
    private static partial Regex Address();
}
