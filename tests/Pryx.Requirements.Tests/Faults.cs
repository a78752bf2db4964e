namespace Pryx.Requirements.Tests;

internal static class Faults
{
    /// <summary>Fails with every fault in full: Assert.Empty shows the beginning of the first few.</summary>
    public static void None(IEnumerable<string> faults)
    {
        var all = string.Join('\n', faults);
        if (all.Length > 0)
        {
            Assert.Fail(all);
        }
    }
}
