using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pryx.Protocol.Schemas;

/// <summary>
/// The part of JSON Schema (2020-12) that structured output uses: type, enum, const, properties, required, additionalProperties,
/// items, prefixItems, the limits of numbers, strings, arrays and objects, pattern, anyOf, oneOf, allOf, not and local $ref.
/// Other keywords (format, title …) say nothing about validity here.
/// </summary>
public sealed class JsonSchema(JsonElement schema)
{
    // A schema that refers to itself without consuming input would never end.
    private const int MaxDepth = 128;

    private static readonly TimeSpan PatternLimit = TimeSpan.FromMilliseconds(250);

    /// <summary>What is wrong, each with its place as a JSON pointer; empty when the value is valid.</summary>
    public IReadOnlyList<string> Check(JsonElement value)
    {
        var problems = new List<string>();
        Check(schema, value, "", problems, 0);
        return problems;
    }

    private void Check(JsonElement rule, JsonElement value, string at, List<string> problems, int depth)
    {
        if (rule.ValueKind is JsonValueKind.True)
        {
            return;
        }
        if (rule.ValueKind is not JsonValueKind.Object)
        {
            problems.Add($"{Place(at)} is not allowed");
            return;
        }
        if (depth > MaxDepth)
        {
            problems.Add($"{Place(at)} is nested too deeply, or the schema refers to itself");
            return;
        }
        if (rule.TryGetProperty("$ref", out var reference))
        {
            if (Resolve(reference.GetString() ?? "") is { } target)
            {
                Check(target, value, at, problems, depth + 1);
            }
            else
            {
                problems.Add($"the schema refers to '{reference.GetString()}', which it does not contain");
            }
        }
        CheckType(rule, value, at, problems);
        CheckCombinations(rule, value, at, problems, depth);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(rule, value, at, problems, depth);
                break;
            case JsonValueKind.Array:
                CheckArray(rule, value, at, problems, depth);
                break;
            case JsonValueKind.String:
                CheckString(rule, value.GetString()!, at, problems);
                break;
            case JsonValueKind.Number:
                CheckNumber(rule, value.GetDouble(), at, problems);
                break;
            default:
                break;
        }
    }

    private static void CheckType(JsonElement rule, JsonElement value, string at, List<string> problems)
    {
        if (rule.TryGetProperty("type", out var type))
        {
            var allowed = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(each => each.GetString()).ToList() : [type.GetString()];
            if (!allowed.Any(name => IsOfType(value, name)))
            {
                problems.Add($"{Place(at)} must be {string.Join(" or ", allowed)}, not {NameOf(value)}");
            }
        }
        if (rule.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value))
        {
            problems.Add($"{Place(at)} must be {constant.GetRawText()}");
        }
        if (rule.TryGetProperty("enum", out var choices) && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            problems.Add($"{Place(at)} must be one of {string.Join(", ", choices.EnumerateArray().Select(choice => choice.GetRawText()))}");
        }
    }

    private void CheckCombinations(JsonElement rule, JsonElement value, string at, List<string> problems, int depth)
    {
        if (rule.TryGetProperty("allOf", out var all))
        {
            foreach (var each in all.EnumerateArray())
            {
                Check(each, value, at, problems, depth + 1);
            }
        }
        if (rule.TryGetProperty("anyOf", out var any) && !any.EnumerateArray().Any(each => IsValid(each, value, at, depth)))
        {
            problems.Add($"{Place(at)} fits none of the {any.GetArrayLength()} alternatives");
        }
        if (rule.TryGetProperty("oneOf", out var one) && one.EnumerateArray().Count(each => IsValid(each, value, at, depth)) is not 1 and var fitting)
        {
            problems.Add($"{Place(at)} must fit exactly one of the {one.GetArrayLength()} alternatives, and fits {fitting}");
        }
        if (rule.TryGetProperty("not", out var not) && IsValid(not, value, at, depth))
        {
            problems.Add($"{Place(at)} is what the schema excludes");
        }
    }

    private void CheckObject(JsonElement rule, JsonElement value, string at, List<string> problems, int depth)
    {
        if (rule.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(each => each.GetString()!).Where(name => !value.TryGetProperty(name, out _)))
            {
                problems.Add($"{Place(at)} lacks '{name}'");
            }
        }
        Limit(rule, "minProperties", value.EnumerateObject().Count(), isLeast: true, at, "properties", problems);
        Limit(rule, "maxProperties", value.EnumerateObject().Count(), isLeast: false, at, "properties", problems);
        var hasProperties = rule.TryGetProperty("properties", out var properties);
        var hasPatterns = rule.TryGetProperty("patternProperties", out var patterns);
        var hasRest = rule.TryGetProperty("additionalProperties", out var rest);
        foreach (var property in value.EnumerateObject())
        {
            var place = $"{at}/{property.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            var isKnown = false;
            if (hasProperties && properties.TryGetProperty(property.Name, out var its))
            {
                isKnown = true;
                Check(its, property.Value, place, problems, depth + 1);
            }
            foreach (var pattern in hasPatterns ? patterns.EnumerateObject().Where(each => Matches(each.Name, property.Name)) : [])
            {
                isKnown = true;
                Check(pattern.Value, property.Value, place, problems, depth + 1);
            }
            if (!isKnown && hasRest)
            {
                Check(rest, property.Value, place, problems, depth + 1);
            }
        }
    }

    private void CheckArray(JsonElement rule, JsonElement value, string at, List<string> problems, int depth)
    {
        Limit(rule, "minItems", value.GetArrayLength(), isLeast: true, at, "items", problems);
        Limit(rule, "maxItems", value.GetArrayLength(), isLeast: false, at, "items", problems);
        var first = rule.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
        var hasItems = rule.TryGetProperty("items", out var items);
        for (var i = 0; i < value.GetArrayLength(); i++)
        {
            if (i < first)
            {
                Check(prefix[i], value[i], $"{at}/{i}", problems, depth + 1);
            }
            else if (hasItems)
            {
                Check(items, value[i], $"{at}/{i}", problems, depth + 1);
            }
        }
        if (rule.TryGetProperty("uniqueItems", out var unique) && unique.ValueKind == JsonValueKind.True
            && value.EnumerateArray().Where((each, i) => value.EnumerateArray().Take(i).Any(before => JsonElement.DeepEquals(before, each))).Any())
        {
            problems.Add($"{Place(at)} must not hold an item twice");
        }
    }

    private static void CheckString(JsonElement rule, string value, string at, List<string> problems)
    {
        var length = value.EnumerateRunes().Count(); // JSON Schema counts characters, not UTF-16 units.
        Limit(rule, "minLength", length, isLeast: true, at, "characters", problems);
        Limit(rule, "maxLength", length, isLeast: false, at, "characters", problems);
        if (rule.TryGetProperty("pattern", out var pattern) && !Matches(pattern.GetString()!, value))
        {
            problems.Add($"{Place(at)} must match {pattern.GetString()}");
        }
    }

    private static void CheckNumber(JsonElement rule, double value, string at, List<string> problems)
    {
        if (Number(rule, "minimum") is { } minimum && value < minimum)
        {
            problems.Add($"{Place(at)} must be at least {minimum}");
        }
        if (Number(rule, "maximum") is { } maximum && value > maximum)
        {
            problems.Add($"{Place(at)} must be at most {maximum}");
        }
        if (Number(rule, "exclusiveMinimum") is { } above && value <= above)
        {
            problems.Add($"{Place(at)} must be more than {above}");
        }
        if (Number(rule, "exclusiveMaximum") is { } below && value >= below)
        {
            problems.Add($"{Place(at)} must be less than {below}");
        }
        if (Number(rule, "multipleOf") is { } unit and > 0 && Math.Abs(value / unit - Math.Round(value / unit)) > 1e-9)
        {
            problems.Add($"{Place(at)} must be a multiple of {unit}");
        }
    }

    private static void Limit(JsonElement rule, string keyword, int count, bool isLeast, string at, string what, List<string> problems)
    {
        if (Number(rule, keyword) is { } limit && (isLeast ? count < limit : count > limit))
        {
            problems.Add($"{Place(at)} must have at {(isLeast ? "least" : "most")} {limit} {what}, and has {count}");
        }
    }

    private bool IsValid(JsonElement rule, JsonElement value, string at, int depth)
    {
        var problems = new List<string>();
        Check(rule, value, at, problems, depth + 1);
        return problems.Count == 0;
    }

    // "#", "#/$defs/name", or any other pointer into the same document.
    private JsonElement? Resolve(string reference)
    {
        if (!reference.StartsWith('#'))
        {
            return null;
        }
        var target = schema;
        foreach (var part in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(name, out target))
            {
                return null;
            }
        }
        return target;
    }

    private static bool IsOfType(JsonElement value, string? type) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || value.GetDouble() == Math.Floor(value.GetDouble())),
        _ => NameOf(value) == type,
    };

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Undefined => "nothing",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static double? Number(JsonElement rule, string keyword) =>
        rule.TryGetProperty(keyword, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : null;

    private static bool Matches(string pattern, string value)
    {
        try
        {
            return Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant, PatternLimit);
        }
        catch (RegexMatchTimeoutException)
        {
            return false; // A pattern that can not be decided in time proves nothing.
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string Place(string at) => at.Length == 0 ? "the value" : at;
}
