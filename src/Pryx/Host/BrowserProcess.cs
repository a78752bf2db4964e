using System.ComponentModel;
using System.Diagnostics;

namespace Pryx.Host;

/// <summary>Opens an address in the person's browser.</summary>
internal static class BrowserProcess
{
    /// <returns>False when there is nothing to open it with.</returns>
    public static bool Open(Uri url)
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(url.AbsoluteUri) { UseShellExecute = true }
            : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [url.AbsoluteUri]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = new Process { StartInfo = start };
            return process.Start();
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
