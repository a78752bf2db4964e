using System.CommandLine;
using System.CommandLine.Help;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Preferences;

/// <summary><c>pryx config …</c>: config.yaml of this machine. Keys and tokens go into the keychain.</summary>
internal static class ConfigCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("config", "Read and change the configuration of this machine") { List(io), Get(io), Set(io), Edit(io), Validate(io), PathOf(io) };
        // As with providers, the contract has 1 here and not 2.
        command.SetAction(static parsed =>
        {
            new HelpAction().Invoke(parsed);
            return ExitCodes.Failed;
        });
        return command.WithExamples("""
            pryx config list
            pryx config get model_name
            pryx config set model_name gpt-5-mini
            pryx config set budget.daily.usd 2
            pryx config edit
            """);
    }

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout: keys and values" };
        var all = new Option<bool>("--set") { Description = "Only what somebody has set" };
        var command = new Command("list", "Every key, its value and where it comes from") { json, all };
        command.Aliases.Add("ls");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var entries = (await File(io).ListAsync(cancellationToken)).Where(entry => !parsed.GetValue(all) || entry.Source != "default").ToList();
            if (parsed.GetValue(json))
            {
                WriteJson(io, entries);
                return ExitCodes.Ok;
            }
            io.Out.WriteLine(io.OutStyle.Bold("Current Configuration:"));
            var width = entries.Count == 0 ? 0 : entries.Max(static entry => entry.Key.Length);
            foreach (var entry in entries)
            {
                io.Out.WriteLine($"  {entry.Key.PadRight(width)}  {SafeText.Line(entry.Value, 200)}{(entry.Source == "default" ? "" : io.OutStyle.Dim($"  ({entry.Source})"))}".TrimEnd());
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Get(CommandIo io)
    {
        var key = Key();
        var command = new Command("get", "Print one value, and nothing else") { key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var entry = await File(io).GetAsync(parsed.GetValue(key)!, cancellationToken);
            io.Out.WriteLine(entry.IsSecret && entry.Value.Length > 0 ? $"configured ({entry.Source})" : entry.Value);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Set(CommandIo io)
    {
        var key = Key();
        var value = new Argument<string[]>("VALUE") { Description = "As you would say it: true, 30s, a, b; empty text takes a secret away", Arity = ArgumentArity.OneOrMore };
        var command = new Command("set", "Change one value in config.yaml; keys and tokens go into the keychain instead") { key, value };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            io.Out.WriteLine(SafeText.Line(await File(io).SetAsync(parsed.GetValue(key)!, string.Join(' ', parsed.GetValue(value)!), cancellationToken), 400));
            await TellDaemonAsync(io, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Edit(CommandIo io)
    {
        var command = new Command("edit", "Change config.yaml in your editor; it counts only when all of it can be read");
        command.SetAction(async (_, cancellationToken) =>
        {
            if (io.EditAsync is not { } editAsync)
            {
                throw new PryxException("EDITOR_MISSING", "No editor is set.", "set EDITOR, or use pryx config set KEY VALUE");
            }
            var (file, draft) = (File(io), File(io).Path + ".draft");
            var before = System.IO.File.Exists(file.Path) ? await System.IO.File.ReadAllTextAsync(file.Path, cancellationToken) : "";
            var text = await editAsync(System.IO.File.Exists(draft) ? await System.IO.File.ReadAllTextAsync(draft, cancellationToken) : before, "config.yaml", cancellationToken)
                ?? throw new PryxException("EDITOR_FAILED", "The editor could not be run, or ended with an error.", "set EDITOR to the one you use");
            if (text == before)
            {
                io.Out.WriteLine("Nothing was changed.");
                return ExitCodes.Ok;
            }
            if (await file.ReplaceAsync(text, cancellationToken) is { Count: > 0 } problems)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(draft)!);
                await System.IO.File.WriteAllTextAsync(draft, text, cancellationToken);
                throw new PryxException("CONFIG_UNREADABLE", string.Join("; ", problems), $"pryx config edit   (your text is kept in {draft}; config.yaml is as it was)");
            }
            System.IO.File.Delete(draft);
            io.Out.WriteLine($"Saved {SafeText.Line(file.Path)}.");
            await TellDaemonAsync(io, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Validate(CommandIo io)
    {
        var command = new Command("validate", "Read config.yaml and say what in it can not be understood; exit 1 when there is anything");
        command.SetAction(_ =>
        {
            var file = File(io);
            var problems = file.Check();
            foreach (var problem in problems)
            {
                io.Out.WriteLine($"{io.OutStyle.Yellow("⚠")} {SafeText.Line(problem, 400)}");
            }
            io.Out.WriteLine(problems.Count > 0 ? "Next: pryx config edit" : System.IO.File.Exists(file.Path) ? $"{SafeText.Line(file.Path)} is sound." : $"There is no {SafeText.Line(file.Path)}: every key has its default.");
            return problems.Count > 0 ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    private static Command PathOf(CommandIo io)
    {
        var command = new Command("path", "Print where config.yaml is, or would be");
        command.SetAction(_ => io.Out.WriteLine(File(io).Path));
        return command;
    }

    private static Argument<string> Key() => new("KEY") { Description = "As pryx config list shows it; dots and underscores are alike" };

    private static ConfigFile File(CommandIo io) => io.Reach.ConfigFile(warning => io.Error.WriteLine($"Warning: {SafeText.Of(warning)}"));

    // One that runs has read the file before; without one there is nobody to tell.
    private static async Task TellDaemonAsync(CommandIo io, CancellationToken cancellationToken)
    {
        await using var api = await io.Reach.OpenDaemonAsync(cancellationToken);
        if (api is not null)
        {
            await api.CallAsync("POST", "/api/v1/config/reload", cancellationToken);
            io.Error.WriteLine("The running Pryx uses it from the next message on; addresses and ports from its next start.");
        }
    }

    private static void WriteJson(CommandIo io, List<ConfigEntry> entries)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var entry in entries)
            {
                writer.WriteString(entry.Key, entry.Value);
            }
            writer.WriteEndObject();
        }
        io.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
