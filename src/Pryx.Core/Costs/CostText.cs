using System.Globalization;

namespace Pryx.Core.Costs;

/// <summary>Money in messages.</summary>
internal static class CostText
{
    /// <summary>Cents, and as many digits more as it takes to see a small amount.</summary>
    public static string Usd(decimal usd) => usd.ToString(
        usd == 0 ? "$0.00" : usd >= 0.01m ? "$#,0.00##" : "$0.00######", CultureInfo.InvariantCulture);
}
