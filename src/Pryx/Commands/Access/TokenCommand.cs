using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Access;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Access;

/// <summary><c>pryx token …</c>: tokens for programs and other devices, seen, made and ended.</summary>
internal static class TokenCommand
{
    public static Command Create(CommandIo io) =>
        new Command("token", "Tokens for programs that use Pryx's API") { List(io), Make(io), Revoke(io), Rotate(io) }.WithExamples("""
            pryx token create phone --scope read --scope approve --expires 30d
            pryx token list
            pryx token revoke 4f1c
            pryx token rotate
            """);

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "The tokens in force, newest first, and the browsers that signed in") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await ListAsync(api, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(list, AccessJson.Default.AccessTokenList));
                return ExitCodes.Ok;
            }
            if (list.Tokens.Count == 0)
            {
                io.Out.WriteLine("No tokens besides this machine's own. Make one: pryx token create NAME");
            }
            foreach (var entry in list.Tokens)
            {
                io.Out.WriteLine($"{io.OutStyle.Cyan(SafeText.Line(entry.Id[..8]))}  {SafeText.Line(entry.Name)}  {io.OutStyle.Dim($"({Describe(entry)})")}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Make(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "For you to know it again" };
        var scopes = new Option<string[]>("--scope") { HelpName = "SCOPE", Description = "read (default), chat, approve or admin; may be repeated", AllowMultipleArgumentsPerToken = true };
        var expires = new Option<string?>("--expires") { HelpName = "DURATION", Description = "Only for 12h, 30d … (default: until it is revoked)" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("create", "Make a token and print it, this once") { name, scopes, expires, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var lasts = parsed.GetValue(expires) is not { } text ? (TimeSpan?)null
                : Duration.TryParse(text, out var duration) ? duration
                : throw UsageError.Of($"'{SafeText.Line(text, 60)}' is not a duration.", "write it as --expires 12h or 30d");
            var body = JsonSerializer.Serialize(new MintToken(parsed.GetValue(name)!, parsed.GetValue(scopes)) { ExpiresIn = (long?)lasts?.TotalSeconds }, AccessJson.Default.MintToken);
            return ApiCall.RunAsync(io, async (api, token) =>
            {
                var minted = await api.CallAsync("POST", "/api/v1/tokens", body, AccessJson.Default.MintedToken, token);
                if (parsed.GetValue(json))
                {
                    io.Out.WriteLine(JsonSerializer.Serialize(minted, AccessJson.Default.MintedToken));
                    return ExitCodes.Ok;
                }
                io.Out.WriteLine(minted.Value);
                // Beside the token, so that a script gets that alone.
                io.Error.WriteLine($"It is shown this once ({Describe(minted.Info)}). End it: pryx token revoke {minted.Info.Id[..8]}");
                return ExitCodes.Ok;
            }, cancellationToken);
        });
        return command.WithExamples("pryx token create phone --scope read --scope approve --expires 30d");
    }

    private static Command Revoke(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "As pryx token list shows it" };
        var command = new Command("revoke", "End a token and those it made, at once") { id };
        command.Aliases.Add("rm");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var wanted = parsed.GetValue(id)!;
            var matches = (await ListAsync(api, token)).Tokens.Where(entry => entry.Id == wanted || (wanted.Length >= 4 && entry.Id.StartsWith(wanted, StringComparison.OrdinalIgnoreCase))).ToList();
            if (matches.Count != 1)
            {
                throw matches.Count == 0
                    ? new PryxException("TOKEN_NOT_FOUND", $"There is no token '{SafeText.Line(wanted, 60)}' in force.", "pryx token list")
                    : new PryxException("TOKEN_AMBIGUOUS", $"{matches.Count} tokens begin with '{SafeText.Line(wanted, 60)}'.", "type more of the id; pryx token list --json shows them whole");
            }
            await api.CallAsync("DELETE", $"/api/v1/tokens/{matches[0].Id}", token);
            io.Out.WriteLine($"Revoked {SafeText.Line(matches[0].Name)}");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Rotate(CommandIo io)
    {
        var all = new Option<bool>("--all") { Description = "Also end every token that was made and sign every browser out" };
        var command = new Command("rotate", "Put a new token in place of this machine's own; the old one opens nothing any more") { all };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var rotated = await api.CallAsync(
                "POST", "/api/v1/tokens/rotate", JsonSerializer.Serialize(new RotateToken { All = parsed.GetValue(all) }, AccessJson.Default.RotateToken), AccessJson.Default.RotatedToken, token);
            io.Out.WriteLine(rotated.Revoked == 0 ? "Rotated." : $"Rotated; {rotated.Revoked} other tokens and browsers ended with it.");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Task<AccessTokenList> ListAsync(ApiConnection api, CancellationToken cancellationToken) =>
        api.CallAsync("GET", "/api/v1/tokens", null, AccessJson.Default.AccessTokenList, cancellationToken);

    private static string Describe(AccessToken token)
    {
        var until = token.ExpiresAt is { } end ? end.ToString("'until' yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "until revoked";
        var used = token.LastUsedAt is { } last ? last.ToString("', used' yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "";
        return $"{string.Join(" ", token.Scopes)}, {until}{used}";
    }
}
