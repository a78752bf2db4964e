using System.CommandLine;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp filesystem</c> and its like: one bundled server alone, on stdio.</summary>
internal static class McpBundledCommand
{
    private static readonly (string Name, string Description)[] Servers =
    [
        ("filesystem", "Files of one folder: read_file, write_file, list_dir, mkdir, remove"),
        ("shell", "Commands: exec"),
        ("browser", "A browser of its own: navigate, read, click, type, screenshot, wait, download"),
        ("clipboard", "The clipboard: clipboard_copy, clipboard_paste"),
        ("notifications", "Notifications of the desktop: notify"),
        ("screen-capture", "A picture of the screen: screen_capture"),
        ("http", "HTTP requests to public hosts: http_request"),
        ("desktop-automation", "Keyboard and mouse: desktop_type, desktop_key, desktop_click"),
    ];

    public static IEnumerable<Command> All(CommandIo io) => Servers.Select(server => Create(io, server.Name, server.Description));

    private static Command Create(CommandIo io, string name, string description)
    {
        var workspace = McpServeCommand.Workspace();
        var command = new Command(name, $"Run the bundled server on stdio. {description}") { workspace };
        command.SetAction((parsed, cancellationToken) => McpStdio.RunAsync(io, name, McpServeCommand.FolderOf(io, parsed.GetValue(workspace)), cancellationToken));
        return command;
    }
}
