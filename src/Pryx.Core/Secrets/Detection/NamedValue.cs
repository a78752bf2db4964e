using System.Buffers;

namespace Pryx.Core.Secrets.Detection;

/// <summary>A value beside a name that says it is secret: NAME=value, "name": "value", --name value, &lt;name&gt;value, login … password value.</summary>
internal static class NamedValue
{
    private const int Gap = 8;
    private const int Most = 4096;
    private static readonly SearchValues<char> UnquotedEnd = SearchValues.Create(" \t\r\n\"'`,;&|<>(){}\\");

    // What is no secret in the model's sight may be one in a log, where too much does no harm.
    private static readonly SearchValues<char> EagerEnd = SearchValues.Create(" \t\r\n\"'&;,|");

    public static SecretSpan? Match(ReadOnlySpan<char> line, int at, bool isEager)
    {
        var range = SecretName.Around(line, at);
        var (start, end) = (range.Start.Value, range.End.Value);
        var name = line[start..end];
        var kind = SecretName.KindOf(name);
        if (kind == SecretNameKind.None || (isEager && kind == SecretNameKind.Vague))
        {
            return null;
        }
        if (!TryPass(line, start, ref end, out var isTight, out var isColon))
        {
            return null;
        }
        if (Read(line, end, isEager) is not { } value)
        {
            return null;
        }
        if (isColon && !value.IsQuoted && TryPassType(line, value.End, ref end) && Read(line, end, isEager) is { } typed)
        {
            // password: str = "…"
            value = typed;
        }
        var text = line.Slice(value.Start, value.Length);
        if (text.IsEmpty || (!value.IsQuoted && value.End < line.Length && line[value.End] is '(' or '[' or '{'))
        {
            return null;
        }
        var isSecret = isEager ? text.Length >= 4 && text[0] is not ('$' or '[' or '<' or '(' or '{') && !text.Contains(Placeholder.Opening, StringComparison.Ordinal)
            : kind == SecretNameKind.Password ? SecretLook.IsPassword(text, value.IsQuoted, isTight && IsPlain(line, start, name, value.End))
            : SecretLook.IsToken(text, value.IsQuoted, kind == SecretNameKind.Vague);
        if (!isSecret)
        {
            return null;
        }
        // What it is, its own first letters tell better.
        var known = TokenShape.Match(text, 0, isEager) is { } shape && shape.Length == text.Length ? shape.Kind : KindOf(name, kind);
        return new(value.Start, value.Length, known, SecretLook.IsDistinct(text));
    }

    private static string KindOf(ReadOnlySpan<char> name, SecretNameKind kind) => kind == SecretNameKind.Password ? "password"
        : name.Contains("aws", StringComparison.OrdinalIgnoreCase) ? "aws-secret"
        : name.Contains("token", StringComparison.OrdinalIgnoreCase) ? "token"
        : name.Contains("key", StringComparison.OrdinalIgnoreCase) ? "api-key"
        : "secret";

    // From the name's end to where its value begins.
    private static bool TryPass(ReadOnlySpan<char> line, int start, ref int end, out bool isTight, out bool isColon)
    {
        (isTight, isColon) = (false, false);
        var at = end;
        if (at < line.Length && line[at] == '\\')
        {
            at++;
        }
        var isQuotedName = at < line.Length && line[at] is '"' or '\'' or '`';
        at += isQuotedName ? 1 : at > end ? -1 : 0;
        at += at < line.Length && line[at] == ']' ? 1 : 0;
        var spaced = Skip(line, at);
        if (spaced >= line.Length)
        {
            return false;
        }
        var isFlag = line[start] == '-' && start + 1 < line.Length && line[start + 1] == '-';
        switch (line[spaced])
        {
            case '=':
                at = spaced + 1;
                while (at < line.Length && at - spaced < 3 && line[at] is '=' or '>')
                {
                    at++;
                }
                isTight = spaced == end && (at == line.Length || line[at] is not (' ' or '\t'));
                break;
            case ':':
                at = spaced + 1;
                if (at < line.Length && line[at] == ':')
                {
                    return false;
                }
                isColon = true;
                at += at < line.Length && line[at] == '=' ? 1 : 0;
                break;
            case '>' when spaced == end && start > 0 && line[start - 1] == '<':
                end = spaced + 1;
                return true;
            default:
                if (spaced == at || !(isFlag || (line[start..at] is "password" && line.Contains("login ", StringComparison.Ordinal))))
                {
                    return false;
                }
                (end, isTight) = (spaced, true);
                return true;
        }
        end = Skip(line, at);
        return end < line.Length;
    }

    // ": String = " between the name and its value.
    private static bool TryPassType(ReadOnlySpan<char> line, int valueEnd, ref int end)
    {
        var at = Skip(line, valueEnd);
        if (at == valueEnd || at >= line.Length || line[at] != '=' || at + 1 >= line.Length || line[at + 1] != ' ')
        {
            return false;
        }
        end = Skip(line, at + 1);
        return end < line.Length;
    }

    private readonly record struct Value(int Start, int Length, bool IsQuoted)
    {
        public int End => Start + Length;
    }

    private static Value? Read(ReadOnlySpan<char> line, int at, bool isEager)
    {
        if (at + 1 < line.Length && line[at] is 'b' or 'r' or 'u' or 'f' or '@' or '$' && line[at + 1] is '"' or '\'')
        {
            at++;
        }
        var isEscaped = at + 1 < line.Length && line[at] == '\\' && line[at + 1] is '"' or '\'';
        at += isEscaped ? 1 : 0;
        if (at < line.Length && line[at] is '"' or '\'' or '`')
        {
            var quote = line[at];
            var rest = line[(at + 1)..];
            rest = rest.Length > Most ? rest[..Most] : rest;
            var close = rest.IndexOf(quote);
            if (close > 0)
            {
                close -= isEscaped && rest[close - 1] == '\\' ? 1 : 0;
                return close > 0 && (isEager || !rest[..close].ContainsAny(' ', '\t')) ? new(at + 1, close, true) : null;
            }
            if (close == 0)
            {
                return null;
            }
            // Never closed: cut off, perhaps. As far as it goes.
            at++;
        }
        var left = line[at..];
        left = left.Length > Most ? left[..Most] : left;
        var end = left.IndexOfAny(isEager ? EagerEnd : UnquotedEnd);
        return new(at, end < 0 ? left.Length : end, false);
    }

    // As files of settings and command lines are written, not programs: NAME=value, --name value, a whole line.
    private static bool IsPlain(ReadOnlySpan<char> line, int start, ReadOnlySpan<char> name, int valueEnd) =>
        !name.ContainsAnyInRange('a', 'z') || name[0] == '-' || ((start == 0 || line[..start].Trim() is "export" or "set") && line[valueEnd..].Trim().IsEmpty) || name is "password";

    private static int Skip(ReadOnlySpan<char> line, int at)
    {
        var end = at;
        while (end < line.Length && end - at < Gap && line[end] is ' ' or '\t')
        {
            end++;
        }
        return end;
    }
}
