namespace Pryx.Protocol.Workspaces;

/// <summary>What a folder brings that would act on the user's behalf; until it is trusted all of it is data.</summary>
/// <param name="Workspace">Canonical.</param>
/// <param name="Fingerprint">Of everything the card shows: trust holds for exactly that.</param>
public sealed record TrustCard(string Workspace, string Fingerprint, IReadOnlyList<TrustItem> Brings);

/// <param name="Path">Relative to the workspace.</param>
/// <param name="Effect">What trusting it means: "instructions for the model", "variables for tools".</param>
/// <param name="Preview">Its first lines; null where they must not be shown, such as a .env.</param>
public sealed record TrustItem(string Path, string Effect, string? Preview = null);
