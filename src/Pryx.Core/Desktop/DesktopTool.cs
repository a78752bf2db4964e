using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Core.Desktop;

/// <summary>Something that the user's desktop does through a program of its own. Policy knows of none what it does, so each use is asked.</summary>
/// <param name="missing">What is lacking where no candidate is there, and how to get it.</param>
/// <param name="read">From the arguments and a private folder to what is to be done; throws ToolArgumentException.</param>
public sealed class DesktopTool(ToolDefinition definition, DesktopPrograms programs, string missing, Func<ToolArguments, string, DesktopRequest> read) : ITool
{
    private const int MaxPicture = 8 * 1024 * 1024;

    public ToolDefinition Definition => definition;

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = read(arguments, context.OutputDirectory);
        return ValueTask.FromResult(ToolPlan.WithoutAccess(request.Summary) with { GrantPattern = definition.PolicyName, State = request });
    }

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(((DesktopRequest)plan.State!).Preview is { } text ? new ToolPreview(PreviewKind.Text, text) : ToolPreview.None);

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var request = (DesktopRequest)plan.State!;
        if (programs.Choose(request.Candidates) is not { } command)
        {
            return ToolOutcome.Error(missing);
        }
        try
        {
            var ended = await programs.RunAsync(command, cancellationToken);
            if (ended.ExitCode != 0)
            {
                return ToolOutcome.Error($"{command.Program} failed ({ended.ExitCode}): {(ended.Error.Trim() is { Length: > 0 } why ? why : "it did not say why")}");
            }
            var outcome = ToolOutcome.Ok(ended.Output.Length > 0 ? context.Secrets.Mask(ended.Output) : request.Done);
            outcome = command.Picture is { } picture ? WithPicture(outcome, picture) : outcome;
            return request.IsUntrusted ? outcome with { Provenance = Provenance.Untrusted, Source = definition.PolicyName } : outcome;
        }
        catch (SpawnException e)
        {
            return ToolOutcome.Error(e.Message);
        }
        catch (TimeoutException)
        {
            return ToolOutcome.Error($"{command.Program} did not end in time and was ended.");
        }
        catch (IOException e)
        {
            return ToolOutcome.Error($"{command.Program} failed: {e.Message}");
        }
    }

    private static ToolOutcome WithPicture(ToolOutcome outcome, string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.Length > MaxPicture
            ? outcome with { Text = $"The picture is in {path}; it is too large to be shown.", FullOutputPath = path }
            : outcome with { Text = "The picture is attached.", FullOutputPath = path, Attachments = [new("image/png", Convert.ToBase64String(bytes), Path.GetFileName(path))] };
    }
}
