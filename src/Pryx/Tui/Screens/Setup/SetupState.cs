using Pryx.Protocol.Setup;

namespace Pryx.Tui.Screens.Setup;

/// <summary>Where somebody is on the way to the first answer; the facts are Core's.</summary>
internal sealed class SetupState
{
    /// <summary>Null until Core has said.</summary>
    public SetupBody? Body { get; set; }
    public SetupPage Page { get; set; }

    /// <summary>The code that is to be entered in a browser; null before one was asked for.</summary>
    public CloudCode? Code { get; set; }

    /// <summary>The provider that was chosen.</summary>
    public string? Provider { get; set; }

    /// <summary>A new key, kept only until it was tried.</summary>
    public string? Key { get; set; }

    /// <summary>What the provider lists.</summary>
    public IReadOnlyList<string> Models { get; set; } = [];
    public string? ProposedModel { get; set; }

    /// <summary>What is being waited for; null for nothing.</summary>
    public string? Doing { get; set; }

    /// <summary>What went wrong, and what helps.</summary>
    public string? Trouble { get; set; }
    public string? Next { get; set; }

    public SetupStep? Step(string id) => Body?.Steps.FirstOrDefault(step => step.Id == id);
}

/// <param name="Verification">Where it is entered.</param>
internal sealed record CloudCode(string Device, string User, string Verification, int Interval, int ExpiresIn);

internal enum SetupPage
{
    Cloud,
    Provider,
    Key,
    Model,
    Done,
}
