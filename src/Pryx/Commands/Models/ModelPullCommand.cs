using System.CommandLine;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Pryx.Commands.Providers;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;
using Pryx.Terminal;

namespace Pryx.Commands.Models;

/// <summary><c>pryx model pull</c>: downloads a model to the user's Ollama, with a bar in a terminal and a line for each state elsewhere.</summary>
internal static class ModelPullCommand
{
    private const int BarWidth = 30;

    public static Command Create(CommandIo io)
    {
        var name = new Argument<string>("MODEL") { Description = "As ollama.com/library calls it: qwen3:8b" };
        var force = new Option<bool>("--force", "-f") { Description = "Also when it is too large for this machine" };
        var json = new Option<bool>("--json", "-j") { Description = "One JSON object a line on stdout" };
        var command = new Command("pull", "Download a model to your Ollama; Ctrl-C stops, the next pull goes on where it was") { name, force, json };
        command.SetAction((parsed, cancellationToken) => ProviderCall.RunAsync(io, async (api, token) =>
        {
            var model = parsed.GetValue(name)!.Trim();
            model = model.StartsWith("ollama/", StringComparison.Ordinal) ? model["ollama/".Length..] : model;
            var body = JsonSerializer.Serialize(new PullModel(model, parsed.GetValue(force)), ProvidersJson.Default.PullModel);
            using var answer = await api.SendAsync("POST", "/api/v1/providers/ollama/pull", body, token);
            if (!answer.IsSuccessStatusCode)
            {
                var error = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(token), ProtocolJson.Default.ErrorBody)!.Error;
                throw new PryxException(error.Code, error.Message, error.Next);
            }
            try
            {
                await FollowAsync(io, answer, parsed.GetValue(json), token);
            }
            catch (Exception e) when (token.IsCancellationRequested && e is InvalidOperationException or IOException or HttpRequestException or PryxException)
            {
                throw new OperationCanceledException("The person has stopped it.", e, token); // A connection that is torn down has many words for it.
            }
            if (!parsed.GetValue(json))
            {
                io.Out.WriteLine($"{io.OutStyle.Green("✓")} {SafeText.Line(model)} is installed. Use it: pryx provider use ollama --model {SafeText.Line(model)}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx model pull qwen3:8b\npryx model pull llama3.3:70b --force");
    }

    private static async Task FollowAsync(CommandIo io, HttpResponseMessage answer, bool isJson, CancellationToken cancellationToken)
    {
        var bar = new Bar(io);
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
        {
            if (item.EventType == "error")
            {
                bar.End();
                var error = JsonSerializer.Deserialize(item.Data, ProtocolJson.Default.ErrorBody)!.Error;
                throw new PryxException(error.Code, error.Message, error.Next);
            }
            if (isJson)
            {
                io.Out.WriteLine(item.Data);
            }
            else if (item.EventType == "fit")
            {
                bar.End();
                var fit = JsonSerializer.Deserialize(item.Data, ProvidersJson.Default.ModelFit)!;
                io.Error.WriteLine(fit.Verdict == FitVerdicts.Fits ? SafeText.Of(fit.Text) : $"{io.ErrorStyle.Yellow("Warning:")} {SafeText.Of(fit.Text)}");
            }
            else if (item.EventType == "progress")
            {
                bar.Show(JsonSerializer.Deserialize(item.Data, ProvidersJson.Default.PullProgress)!);
            }
            if (item.EventType == "done")
            {
                bar.End();
                return;
            }
        }
        bar.End();
        throw new PryxException("PULL_CUT", "The download was cut before it was whole.", "pull it again: it goes on where it was");
    }

    /// <summary>Redrawn in its line; where there is no terminal each state is a line, once.</summary>
    private sealed class Bar(CommandIo io)
    {
        private string _last = "";
        private bool _isOpen;

        public void Show(PullProgress progress)
        {
            var status = SafeText.Line(progress.Status, 60);
            if (!io.IsErrorTerminal)
            {
                if (status != _last)
                {
                    io.Error.WriteLine(status);
                    _last = status;
                }
                return;
            }
            var line = progress is { Total: > 0 and var total } ? $"{status} {Draw(progress.Completed ?? 0, total)}" : status;
            if (line != _last)
            {
                io.Error.Write($"\r\e[K{line}");
                (_last, _isOpen) = (line, true);
            }
        }

        public void End()
        {
            if (_isOpen)
            {
                io.Error.WriteLine();
                _isOpen = false;
            }
        }

        private static string Draw(long completed, long total)
        {
            var part = Math.Clamp(completed / (double)total, 0, 1);
            var filled = (int)(part * BarWidth);
            return string.Create(CultureInfo.InvariantCulture, $"[{new string('█', filled)}{new string('░', BarWidth - filled)}] {part * 100:0}% of {total / (double)(1L << 30):0.0} GB");
        }
    }
}
