using System.CommandLine;
using System.Globalization;
using Pryx.Terminal;

namespace Pryx.Commands.Audit;

/// <summary>Which entries: the options that list and export share.</summary>
internal sealed class AuditFilterOptions
{
    private readonly Option<string?> _since = new("--since") { HelpName = "WHEN", Description = "Nothing older: 2h, 30d, 2026-01-31 or a whole time" };
    private readonly Option<string?> _until = new("--until") { HelpName = "WHEN", Description = "Nothing newer" };
    private readonly Option<string?> _action = new("--action", "-a") { HelpName = "NAME", Description = "Such as tool.judged; 'approval.*' for all that begin so" };
    private readonly Option<string?> _session = new("--session", "-s") { HelpName = "ID", Description = "Of this session, by its whole id" };
    private readonly Option<string?> _actor = new("--actor") { HelpName = "WHO", Description = "Who caused it: cli:alice, 'model:*', engine" };
    private readonly Option<string?> _surface = new("--surface") { HelpName = "NAME", Description = "Where it came from: cli, web, http" };
    private readonly Option<string?> _outcome = new("--outcome") { HelpName = "WORD", Description = "allow, ask, deny, approved, denied, completed, failed, ok" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_since, _until, _action, _session, _actor, _surface, _outcome])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>As the route takes them, each behind an <c>&amp;</c>.</summary>
    /// <exception cref="Protocol.Errors.PryxException">USAGE</exception>
    public string QueryOf(ParseResult parsed, CommandIo io) => string.Concat(
    [
        Part("since", TimeOf(parsed.GetValue(_since), "--since", io)), Part("until", TimeOf(parsed.GetValue(_until), "--until", io)), Part("action", parsed.GetValue(_action)),
        Part("session_id", parsed.GetValue(_session)), Part("actor", parsed.GetValue(_actor)), Part("surface", parsed.GetValue(_surface)), Part("outcome", parsed.GetValue(_outcome)),
    ]);

    private static string Part(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static string? TimeOf(string? text, string option, CommandIo io) => text is null ? null
        : Duration.TryParse(text, out var ago) && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? (io.Time.GetUtcNow() - ago).ToString("O", CultureInfo.InvariantCulture)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time) ? time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)
        : throw UsageError.Of($"{option}: '{SafeText.Line(text, 60)}' is no time.", "write 2h, 30d, 2026-01-31 or 2026-01-31T12:00:00Z");
}
