using Pryx.Protocol.Setup;

namespace Pryx.Core.Setup;

/// <summary>Who could answer on this machine as it is.</summary>
/// <param name="Found">The one in use first, then in the order in which they would be taken.</param>
/// <param name="Model">Who would be asked, as provider/model; null when nobody could be.</param>
/// <param name="Why">Why nobody would answer, in words; null when somebody would.</param>
/// <param name="Next">The command that changes that.</param>
internal sealed record ProviderFindings(IReadOnlyList<SetupFound> Found, string? Model, string? Why = null, string? Next = null);
