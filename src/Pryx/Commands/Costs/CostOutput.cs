using System.CommandLine;
using System.Globalization;
using Pryx.Terminal;

namespace Pryx.Commands.Costs;

/// <summary>The options that every report takes.</summary>
internal sealed class CostOutput
{
    private readonly Option<bool> _json = new("--json", "-j") { Recursive = true, Description = "JSON on stdout" };
    private readonly Option<bool> _csv = new("--csv") { Recursive = true, Description = "CSV on stdout" };
    private readonly Option<string?> _format = new("--format") { HelpName = "text|json|csv", Recursive = true, Description = "Default: text" };
    private readonly Option<string?> _session = new("--session", "-s") { HelpName = "ID", Recursive = true, Description = "Only of this session" };
    private readonly Option<string?> _since = new("--since") { HelpName = "DAY", Recursive = true, Description = "Only from this day on: 2026-01-31, or 7d, 24h …" };

    public CostOutput() => _format.AcceptOnlyFromAmong("text", "json", "csv");

    public void AddTo(Command command)
    {
        command.Options.Add(_json);
        command.Options.Add(_csv);
        command.Options.Add(_format);
        command.Options.Add(_session);
        command.Options.Add(_since);
    }

    public CostWish Of(ParseResult parsed) => new(
        parsed.GetValue(_csv) ? "csv" : parsed.GetValue(_json) ? "json" : parsed.GetValue(_format) ?? "text", parsed.GetValue(_session), parsed.GetValue(_since));
}

/// <param name="Format">text, json or csv.</param>
/// <param name="Session">An id or the beginning of one; null for all.</param>
internal sealed record CostWish(string Format, string? Session, string? Since)
{
    /// <summary>As the API takes it; null for everything.</summary>
    public string? SinceDay(DateTimeOffset now) => Since is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text
        : Duration.TryParse(text, out var ago) ? (now - ago).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : throw UsageError.Of($"'{SafeText.Line(text, 60)}' is neither a day nor a duration.", "write it as --since 2026-01-31 or --since 7d");
}
