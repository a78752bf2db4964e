using System.CommandLine;
using System.Text;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Policies;
using Pryx.Terminal;

namespace Pryx.Commands.Policies;

/// <summary><c>pryx policy edit</c>: a policy file in the person's own editor, taken only when it can be read.</summary>
internal static class PolicyEdit
{
    public static Command Create(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "Of a policy, or of a new one" };
        var command = new Command("edit", "Change a policy in your editor, or write a new one; it counts only when it can be read") { name };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, (api, token) => EditAsync(io, api, parsed.GetValue(name)!, token), cancellationToken));
        return command;
    }

    private static async Task<int> EditAsync(CommandIo io, ApiConnection api, string name, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > 64 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw UsageError.Of($"'{SafeText.Line(name, 80)}' is no policy's name.", "letters, digits, '-', '_' and '.'; for a file elsewhere use your editor, then pryx policy check FILE");
        }
        if (io.EditAsync is not { } editAsync)
        {
            throw new PryxException("EDITOR_MISSING", "There is no terminal to open an editor in.", "write the file yourself, then: pryx policy check FILE");
        }
        var files = await api.CallAsync("GET", "/api/v1/policies/files", null, PoliciesJson.Default.PolicyFileList, cancellationToken);
        var path = files.Policies.FirstOrDefault(file => string.Equals(file.Name, name, StringComparison.OrdinalIgnoreCase))?.Path ?? Path.Combine(files.Folder, $"{name}.yaml");
        var draft = path + ".draft";
        var before = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : null;
        var text = await editAsync(File.Exists(draft) ? await File.ReadAllTextAsync(draft, cancellationToken) : before ?? Template(name), $"{name}.yaml", cancellationToken)
            ?? throw new PryxException("EDITOR_FAILED", "The editor could not be run, or ended with an error.", "set EDITOR to the one you use");
        if (text == before)
        {
            io.Out.WriteLine("Nothing was changed.");
            return ExitCodes.Ok;
        }
        var checkedText = await api.CallAsync("POST", "/api/v1/policies/check", JsonSerializer.Serialize(new PolicyText(text, name), PoliciesJson.Default.PolicyText), PoliciesJson.Default.CheckedPolicy, cancellationToken);
        Directory.CreateDirectory(files.Folder);
        if (!checkedText.Valid)
        {
            await WriteAsync(draft, text, cancellationToken);
            PolicyChecks.WriteProblems(io, draft, checkedText.Problems);
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} pryx policy edit {name}   (your text is kept; {(before is null ? "no policy was made" : "the policy is as it was")})");
            return ExitCodes.Failed;
        }
        await WriteAsync(path + ".new", text, cancellationToken);
        File.Move(path + ".new", path, overwrite: true);
        File.Delete(draft);
        io.Out.WriteLine($"Saved {SafeText.Line(path)}. Use it: pryx run --policy {name} …");
        return ExitCodes.Ok;
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        await using var stream = new FileStream(path, options);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
    }

    private static string Template(string name) =>
        $"""
        # A policy for: pryx run --policy {name}
        # What is denied counts before what is asked, and that before what is allowed; what no line speaks of is asked.
        name: {name}
        description: Say what it is for

        workspace:
          # root: ~/project       # the only folder; the folder of the session when left out
          allow_outside: false

        tools:
          allowed:
            - filesystem.read
            # - shell.exec:
            #     commands: [git status, "dotnet test*"]
            # - http.request:
            #     domains: [api.example.org]
            #     methods: [GET]
          ask:
            - filesystem.write
          denied:
            - shell.exec:
                commands: [sudo, rm]

        rate_limits:
          tool_calls_per_minute: 60

        approval:
          timeout: 5m
          default: deny

        tests:
          - command: sudo ls
            expect: deny

        """;
}
