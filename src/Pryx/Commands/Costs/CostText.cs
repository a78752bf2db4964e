using System.Globalization;
using Pryx.Protocol.Costs;

namespace Pryx.Commands.Costs;

/// <summary>Money and counts as the cost reports print them.</summary>
internal static class CostText
{
    /// <summary>With four digits, so that columns line up.</summary>
    public static string Usd4(decimal usd) => usd.ToString("$#,0.0000", CultureInfo.InvariantCulture);

    /// <summary>Cents, and as many digits more as it takes to see a small amount.</summary>
    public static string Usd(decimal usd) => usd.ToString(usd is 0 or >= 0.01m ? "$#,0.00##" : "$0.00######", CultureInfo.InvariantCulture);

    /// <summary>What is known; an estimate beside it is marked by a tilde.</summary>
    public static string Of(CostSum sum) => sum.EstimatedUsd > 0 ? $"{Usd4(sum.CostUsd)} +~{Usd4(sum.EstimatedUsd)}" : Usd4(sum.CostUsd);

    public static string Price(decimal? usd) => usd?.ToString("0.00######", CultureInfo.InvariantCulture) ?? "unknown";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(long number, string what) => $"{Number(number)} {what}{(number == 1 ? "" : "s")}";
}
