using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pryx.Host;
using Pryx.Terminal;

namespace Pryx.Commands.Gateway;

/// <summary><c>pryx api METHOD /path</c>: any route of the gateway, with the token nobody has to know.</summary>
internal static class ApiCommand
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    private static readonly JsonWriterOptions Pretty = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(CommandIo io)
    {
        var method = new Argument<string>("METHOD") { Description = "GET, POST, PUT, PATCH or DELETE" };
        var path = new Argument<string>("PATH") { Description = "Such as /api/v1/sessions" };
        var data = new Option<string?>("--data", "-d") { HelpName = "JSON", Description = "The body; @file reads it from a file, - from stdin" };
        var include = new Option<bool>("--include", "-i") { Description = "Show the status and the headers, too" };
        var command = new Command("api", "Call a route of Pryx's API; with no daemon running, in this process") { method, path, data, include };
        command.SetAction((parsed, cancellationToken) =>
        {
            var verb = parsed.GetValue(method)!.ToUpperInvariant();
            var route = parsed.GetValue(path)!;
            if (!Methods.Contains(verb))
            {
                throw UsageError.Of($"'{SafeText.Line(parsed.GetValue(method)!, 60)}' is no method.", "pryx api GET /api/v1/sessions");
            }
            if (!route.StartsWith('/') || route.Any(char.IsControl))
            {
                throw UsageError.Of("The path begins with a slash; the address is Pryx's own.", "pryx api GET /api/v1/sessions");
            }
            return ApiCall.RunAsync(io, async (api, token) => await CallAsync(io, api, verb, route, await BodyAsync(io, parsed.GetValue(data), token), parsed.GetValue(include), token), cancellationToken);
        });
        return command.WithExamples("""
            pryx api GET /health
            pryx api GET '/api/v1/sessions?limit=5'
            pryx api POST /api/v1/sessions --data '{"title":"Notes"}'
            pryx api GET /api/v1/events/stream
            """);
    }

    private static async Task<string?> BodyAsync(CommandIo io, string? data, CancellationToken cancellationToken) => data switch
    {
        "-" => await io.OpenIn().ReadToEndAsync(cancellationToken),
        ['@', .. var file] => await File.ReadAllTextAsync(Path.GetFullPath(file, io.WorkingDirectory), cancellationToken),
        _ => data,
    };

    private static async Task<int> CallAsync(CommandIo io, ApiConnection api, string method, string path, string? body, bool withHeaders, CancellationToken cancellationToken)
    {
        using var answer = await api.SendAsync(method, path, body, cancellationToken);
        if (withHeaders)
        {
            io.Out.WriteLine($"HTTP/{answer.Version} {(int)answer.StatusCode} {answer.ReasonPhrase}");
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            {
                io.Out.WriteLine(SafeText.Line($"{name}: {string.Join(", ", values)}"));
            }
            io.Out.WriteLine();
        }
        var type = answer.Content.Headers.ContentType?.MediaType;
        if (type == "application/json")
        {
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            io.Out.WriteLine(io.IsOutTerminal ? SafeText.Of(Indent(text)) : text);
        }
        else
        {
            await CopyAsync(io, answer, cancellationToken);
        }
        return answer.IsSuccessStatusCode ? ExitCodes.Ok : ExitCodes.Failed;
    }

    // Streams are shown as they come.
    private static async Task CopyAsync(CommandIo io, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            io.Out.WriteLine(io.IsOutTerminal ? SafeText.Of(line) : line);
            io.Out.Flush();
        }
    }

    private static string Indent(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer, Pretty))
            {
                document.WriteTo(writer);
            }
            return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
