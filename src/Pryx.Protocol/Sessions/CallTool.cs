namespace Pryx.Protocol.Sessions;

/// <summary>A turn that is one tool call and asks no model: it is planned, judged, asked, run and written down as any other.</summary>
/// <param name="Name">Any name of the tool.</param>
/// <param name="Arguments">A JSON object; empty for a turn that goes on after a crash, which finds them in its call.</param>
public sealed record CallTool(string Name, string Arguments)
{
    /// <summary>The bundled server whose tools are meant (<c>filesystem</c>); null for those of an ordinary turn.</summary>
    public string? Server { get; init; }
}
