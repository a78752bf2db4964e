using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pryx.Core.Telemetry;

/// <summary>SHA-256 of the machine's id and the day of the installation: the same for this installation, and nothing can be told from it.</summary>
internal static class DeviceId
{
    public static async Task<string> ReadAsync(TelemetryStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var installed = await store.GetOrSetAsync("installed_on", time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), cancellationToken);
        var machine = MachineId() ?? await store.GetOrSetAsync("machine", Guid.NewGuid().ToString("N"), cancellationToken);
        return Of(machine, installed);
    }

    public static string Of(string machine, string installedOn) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(machine + installedOn)));

    private static string? MachineId()
    {
        try
        {
            return OperatingSystem.IsLinux() && File.Exists("/etc/machine-id") && File.ReadAllText("/etc/machine-id").Trim() is { Length: >= 16 } id ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
