using Pryx.Protocol.Health;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Settings;

/// <summary>What doctor has found, what does not work first, each with what puts it right.</summary>
internal sealed class Doctor(ScreenHost host) : BrowseScreen<DoctorCheck>(host)
{
    private DoctorReport? _fixed;

    public override string Name => "Doctor";
    protected override StyledLine Heading => new(Listing.IsRead ? Count(DoctorStatus.Fail) > 0 ? "Something does not work" : Count(DoctorStatus.Warn) > 0 ? "It works, and could work better" : "All is well" : "Looking…", Count(DoctorStatus.Fail) > 0 ? Ink.Error : Ink.Muted);
    protected override StyledLine Summary => new([new($"{Count(DoctorStatus.Ok)} ok", Ink.Success), new($" · {Count(DoctorStatus.Warn)} warn", Ink.Warning), new($" · {Count(DoctorStatus.Fail)} fail", Ink.Error)]);
    protected override Facts Empty => new Facts().Title("Nothing was looked at");

    protected override async Task<IReadOnlyList<DoctorCheck>> ReadAsync(CancellationToken cancellationToken)
    {
        var report = _fixed ?? await Host.Core.GetAsync("/api/v1/doctor", DoctorJson.Default.DoctorReport, cancellationToken);
        _fixed = null;
        return [.. report.Checks.OrderBy(static check => check.Status switch { DoctorStatus.Fail => 0, DoctorStatus.Warn => 1, _ => 2 })];
    }

    protected override string KeyOf(DoctorCheck item) => item.Name;

    protected override string WordsOf(DoctorCheck item) => $"{item.Name} {item.Status} {item.Detail}";

    protected override StyledLine Row(DoctorCheck item, int width)
    {
        var (sign, ink) = SignOf(item);
        return StatusLine.Of(width, new([new(sign + " ", ink), new(item.Name.PadRight(13)), new(item.Detail.Split('\n')[0], Ink.Muted)]), new(item.WasFixed ? "put right" : item.CanFix ? "F puts it right" : "", item.WasFixed ? Ink.Success : Ink.Accent));
    }

    protected override Facts DetailsOf(DoctorCheck item)
    {
        var (_, ink) = SignOf(item);
        var facts = new Facts().Title(item.Name, item.WasFixed ? "put right" : item.Status, ink).Text(item.Detail);
        if (item.Fix is { } fix)
        {
            facts.Section(item.CanFix ? "F does this" : "What to do").Text(fix, Ink.Code);
        }
        return facts;
    }

    protected override IReadOnlyList<ScreenAction> ActionsOf(DoctorCheck? item) => Listing.Shown.Any(static check => check is { CanFix: true, WasFixed: false }) ? [new('f', "put right", Fix)] : [];

    private void Fix()
    {
        var able = Listing.Shown.Where(static check => check is { CanFix: true, WasFixed: false }).ToList();
        Host.Confirm("Put right what can be?", string.Join('\n', able.Select(static check => $"{check.Name}: {check.Fix}")) + "\nIt loses nothing.", "Put right", () => Work.Begin("Putting it right", async cancellationToken =>
        {
            _fixed = await Host.Core.SendAsync("POST", "/api/v1/doctor/fix", null, DoctorJson.Default.DoctorReport, cancellationToken);
            Host.Say($"{_fixed.Checks.Count(static check => check.WasFixed)} put right.");
            Read();
        }));
    }

    private int Count(string status) => Listing.Shown.Count(check => check.Status == status);

    private static (string Sign, Ink Ink) SignOf(DoctorCheck check) => check.Status switch { DoctorStatus.Ok => ("✓", Ink.Success), DoctorStatus.Warn => ("!", Ink.Warning), _ => ("✗", Ink.Error) };
}
