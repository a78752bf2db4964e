using System.Text.RegularExpressions;

namespace Pryx.Core.Http;

/// <summary>A path as the document writes it, and names made from it.</summary>
internal static partial class OpenApiPath
{
    /// <summary>Without constraints and stars: <c>{id:guid}</c> is <c>{id}</c>.</summary>
    public static string Of(string path) => Parameter().Replace(path, static match => $"{{{match.Groups[1].Value}}}");

    public static IEnumerable<string> Parameters(string path) => Parameter().Matches(path).Select(static match => match.Groups[1].Value);

    /// <summary>Such as <c>get_v1_sessions_id_messages</c>: stable as long as the route is.</summary>
    public static string OperationId(ApiRoute route)
    {
        var words = Words().Matches(route.Path).Select(static match => match.Value).Where(static word => word is not "api");
        return string.Join('_', words.Prepend(route.Method.ToLowerInvariant()));
    }

    /// <summary>The capability: the first word that is no version.</summary>
    public static string Tag(string path) => Words().Matches(path).Select(static match => match.Value).FirstOrDefault(static word => word is not ("api" or "v1")) ?? "core";

    [GeneratedRegex(@"\{\*{0,2}([A-Za-z0-9_]+)[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Words();
}
