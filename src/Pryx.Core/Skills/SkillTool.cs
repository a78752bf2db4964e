using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Core.Skills;

/// <summary><c>skill.use</c>: instructions on demand. It reads what the user installed and touches nothing else.</summary>
public sealed class SkillTool : ITool
{
    private const int MaxFile = 128 * 1024;
    private const int MaxHits = 20;

    private const string Schema = """
        {"type":"object","properties":{
        "name":{"type":"string","description":"Of a skill"},
        "file":{"type":"string","description":"A file of that skill, such as references/api.md"},
        "query":{"type":"string","description":"Words to search all skills for"}}}
        """;

    private readonly SkillListing _listing;

    /// <param name="listing">All skills of the turn's folder; those that can be used are told to the model.</param>
    public SkillTool(SkillListing listing)
    {
        _listing = listing;
        var definition = ToolSchema.Define("skill.use", "skill", Schema, "use_skill", "Skill");
        Definition = definition with { Description = SkillIndex.Of(definition.Description, [.. Offered.Select(static shelved => shelved.Skill)]), IsRepeatable = true };
    }

    public ToolDefinition Definition { get; }

    /// <summary>What the model is told of.</summary>
    public IEnumerable<ShelvedSkill> Offered => _listing.Skills.Where(static shelved => shelved.IsUsable && shelved.Skill.IsModelInvocable);

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) => ValueTask.FromResult(ToolPlan.WithoutAccess(
        arguments.OptionalString("query") is { Length: > 0 } query ? $"Search the skills for {HiddenText.Line(query, 60)}"
        : arguments.OptionalString("file") is { Length: > 0 } file ? $"Read {HiddenText.Line(file, 60)} of the skill {HiddenText.Line(Name(arguments), 64)}"
        : $"Use the skill {HiddenText.Line(Name(arguments), 64)}"));

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        if (arguments.OptionalString("name", "skill") is not { Length: > 0 } && arguments.OptionalString("query") is { Length: > 0 } query)
        {
            return Search(query);
        }
        var name = Name(arguments).Trim().TrimStart('/').ToLowerInvariant();
        if (_listing.Find(name) is not { } shelved)
        {
            return ToolOutcome.Error($"There is no skill '{HiddenText.Line(name, 64)}'. {Search(name).Text}");
        }
        if (WhyNot(shelved) is { } reason)
        {
            return ToolOutcome.Error(reason);
        }
        try
        {
            return (arguments.OptionalString("file", "path") is { Length: > 0 } file ? await FileAsync(shelved.Skill, file, cancellationToken) : await BodyAsync(shelved.Skill, context, cancellationToken)) with
            {
                Provenance = Provenance.Workspace,
                Source = $"the skill {shelved.Skill.Id}",
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ToolOutcome.Error($"The skill {name} can not be read: {e.Message}");
        }
    }

    private static string Name(ToolArguments arguments) => arguments.RequireString("name", "skill");

    private static string? WhyNot(ShelvedSkill shelved) =>
        !shelved.IsEnabled ? $"The skill {shelved.Skill.Id} is disabled. The user enables it with: pryx skills enable {shelved.Skill.Id}"
        : !shelved.IsEligible ? $"The skill {shelved.Skill.Id} can not be used here: {string.Join("; ", shelved.Missing)}."
        : !shelved.Skill.IsModelInvocable ? $"The skill {shelved.Skill.Id} is only for the user to invoke, by writing /{shelved.Skill.Id}."
        : null;

    private static async Task<ToolOutcome> BodyAsync(Skill skill, ToolContext context, CancellationToken cancellationToken)
    {
        var files = SkillUse.Files(skill);
        var (folder, trouble) = SkillUse.LayOut(skill, files, context.OutputDirectory);
        var body = await SkillUse.BodyAsync(skill, folder, cancellationToken);
        var text = body.Length > 0 ? body : $"The skill {skill.Id} has no instructions beyond its description: {skill.Description}";
        return ToolOutcome.Ok($"# Skill {skill.Id}\n\n{text}{SkillUse.Listing(files, folder, trouble is null)}{(trouble is null ? "" : $"\n\nNote: {trouble}.")}");
    }

    private static async Task<ToolOutcome> FileAsync(Skill skill, string file, CancellationToken cancellationToken)
    {
        if (SkillUse.Find(skill, file) is not { } path)
        {
            var files = SkillUse.Files(skill);
            return ToolOutcome.Error($"The skill {skill.Id} has no file '{HiddenText.Line(file, 100)}'. {(files.Count == 0 ? "It has none beside its SKILL.md." : "Its files are: " + string.Join(", ", files.Take(50)))}");
        }
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[(int)Math.Min(stream.Length, MaxFile)];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        if (bytes.AsSpan().Contains((byte)0))
        {
            return ToolOutcome.Error($"{file} is no text ({stream.Length:N0} bytes). Commands can read it where the skill's body says its files are.");
        }
        var text = HiddenText.Visible(Encoding.UTF8.GetString(bytes));
        return ToolOutcome.Ok(stream.Length > MaxFile ? $"{text}\n[cut after {MaxFile / 1024} KB of {stream.Length / 1024} KB]" : text);
    }

    private ToolOutcome Search(string query)
    {
        var words = query.ToLowerInvariant().Split([' ', ',', '-', '_', '.', '/'], StringSplitOptions.RemoveEmptyEntries);
        var hits = Offered.Select(shelved => (shelved.Skill, Score: words.Sum(word => (shelved.Skill.Id.Contains(word, StringComparison.Ordinal) ? 3 : 0) + (shelved.Skill.Description.Contains(word, StringComparison.OrdinalIgnoreCase) ? 1 : 0))))
            .Where(static hit => hit.Score > 0).OrderByDescending(static hit => hit.Score).ThenBy(static hit => hit.Skill.Id, StringComparer.Ordinal).Take(MaxHits).ToList();
        return ToolOutcome.Ok(hits.Count == 0
            ? $"No skill matches '{HiddenText.Line(query, 100)}'."
            : "Skills that match:" + string.Concat(hits.Select(static hit => $"\n- {hit.Skill.Id}: {HiddenText.Line(hit.Skill.Description, 300)}")));
    }
}
