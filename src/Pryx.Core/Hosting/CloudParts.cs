using Pryx.Core.Cloud;

namespace Pryx.Core.Hosting;

/// <summary>What speaks to the cloud, each part when it is first needed.</summary>
internal sealed class CloudParts(PryxCore core)
{
    public CloudClient Client => field ??= new(() => core.Config, core.Options.Time);

    public CloudTokens Tokens => field ??= new(core.Options.Paths, Client, core.Secrets, core.Options.Time);
}
