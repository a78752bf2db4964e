using Pryx.Protocol.Client;
using Pryx.Protocol.Workspaces;
using Pryx.Terminal;

namespace Pryx.Commands.Access;

/// <summary>Settles whether what a folder brings may act: asks once where somebody can be asked, otherwise leaves it data and says so.</summary>
internal sealed class TrustPrompt(IPryxClient client, CommandIo io)
{
    /// <param name="note">Takes what a person should know when nobody can be asked; null to be silent.</param>
    /// <returns>True when what the folder brings stays data.</returns>
    public async Task<bool> SettleAsync(string workspace, Action<string>? note, CancellationToken cancellationToken)
    {
        if (await client.GetTrustCardAsync(workspace, cancellationToken) is not { } card)
        {
            return false;
        }
        if (!io.CanAsk)
        {
            note?.Invoke($"{Names(card)} in this folder {(card.Brings.Count == 1 ? "is" : "are")} treated as data, because the folder is not trusted. To change that: pryx trust {ShellQuote.Of(card.Workspace)}");
            return true;
        }
        if (!await AskAsync(card, cancellationToken))
        {
            return true;
        }
        await client.TrustWorkspaceAsync(card, cancellationToken);
        return false;
    }

    /// <summary>True when the person at the terminal trusts what the card shows.</summary>
    public async Task<bool> AskAsync(TrustCard card, CancellationToken cancellationToken)
    {
        io.Keyboard.Discard();
        Show(card);
        io.Error.WriteLine($"  {io.ErrorStyle.Bold("y")}  trust it as it is now; changes are asked again");
        io.Error.WriteLine($"  {io.ErrorStyle.Bold("n")}  do not: it stays data, the work goes on");
        while (true)
        {
            io.Error.Write(io.ErrorStyle.Bold("  Answer: "));
            switch ((await io.Keyboard.ReadAsync(cancellationToken)).KeyChar)
            {
                case 'y' or 'Y':
                    io.Error.WriteLine("y");
                    return true;
                case 'n' or 'N':
                    io.Error.WriteLine("n");
                    return false;
                default:
                    io.Error.WriteLine(io.ErrorStyle.Dim("type y or n"));
                    break;
            }
        }
    }

    public void Show(TrustCard card)
    {
        var width = io.Size().Width;
        io.Error.WriteLine(io.ErrorStyle.Bold($"── Trust this folder? {new string('─', Math.Clamp(width - 23, 4, 50))}"));
        Indented(SafeText.Line(card.Workspace), 2, width);
        foreach (var item in card.Brings)
        {
            io.Error.WriteLine();
            Indented($"{SafeText.Line(item.Path)}: {SafeText.Line(item.Effect)}", 2, width);
            if (item.Preview is { Length: > 0 } preview)
            {
                Indented(SafeText.Of(preview.TrimEnd()), 6, width);
            }
        }
        io.Error.WriteLine();
    }

    private void Indented(string text, int indent, int width) =>
        TextLayout.Wrap(text, width - indent - 1).ForEach(line => io.Error.WriteLine(new string(' ', indent) + line));

    private static string Names(TrustCard card) => string.Join(", ", card.Brings.Select(item => SafeText.Line(item.Path, 80)));
}
