using System.Collections.Frozen;

namespace Pryx.Attacks.Bench;

/// <summary>What tools and their arguments are called in agents that are known, without underscores and capitals; the likeliest first.</summary>
internal static class ToolGuess
{
    /// <summary>Our tools by their names on the wire, and our word for the step.</summary>
    public static string? StepOf(string tool) => tool switch
    {
        "shell_exec" => "run",
        "read_file" => "read",
        "write_file" => "write",
        "edit_file" => "edit",
        "list_dir" => "list",
        "glob" => "glob",
        "grep" => "grep",
        "http_request" => "fetch",
        _ => null,
    };

    public static OfferedTool? Find(IReadOnlyList<OfferedTool> offered, string step)
    {
        var names = Tools[step];
        foreach (var name in names)
        {
            if (offered.FirstOrDefault(tool => OfferedTool.Plain(tool.Name) == name) is { } found)
            {
                return found;
            }
        }
        // What a server offers carries the server's name: mcp__files__read_file.
        foreach (var name in names.Where(static name => name.Length > 4))
        {
            if (offered.FirstOrDefault(tool => OfferedTool.Plain(tool.Name).EndsWith(name, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    public static string? FindArgument(IEnumerable<string> offered, string word)
    {
        var names = Arguments[word];
        var all = offered.ToList();
        return names.Select(name => all.Find(argument => OfferedTool.Plain(argument) == name)).FirstOrDefault(static found => found is not null);
    }

    private static readonly FrozenDictionary<string, string[]> Tools = new Dictionary<string, string[]>
    {
        ["run"] = ["shellexec", "bash", "shell", "execcommand", "shellcommand", "runshellcommand", "runcommand", "executecommand", "runterminalcmd", "runterminalcommand", "runinterminal", "terminal", "exec", "localshell", "command", "developershell", "executebash"],
        ["read"] = ["readfile", "read", "view", "viewfile", "openfile", "filesystemread", "cat", "fsread"],
        ["write"] = ["writefile", "write", "createfile", "writetofile", "savefile", "filesystemwrite", "fswrite", "create"],
        ["edit"] = ["editfile", "edit", "strreplace", "replace", "replaceinfile", "searchreplace", "searchandreplace", "fileedit", "strreplaceeditor"],
        ["list"] = ["listdir", "listdirectory", "ls", "list", "listfiles", "readfolder"],
        ["glob"] = ["glob", "findfiles", "filesearch", "findpath", "searchfilesbyname"],
        ["grep"] = ["grep", "searchfilecontent", "searchfiles", "ripgrep", "greptool", "grepsearch", "search"],
        ["fetch"] = ["httprequest", "webfetch", "fetch", "fetchurl", "urlfetch", "fetchwebpage", "readwebpage", "browse"],
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string[]> Arguments = new Dictionary<string, string[]>
    {
        ["command"] = ["command", "cmd", "commandline", "script", "input", "code"],
        ["workdir"] = ["workdir", "cwd", "workingdirectory", "workingdir", "directory", "dirpath"],
        ["timeout_ms"] = ["timeoutms", "timeout", "yieldtimems"],
        ["outside_sandbox"] = ["outsidesandbox", "withescalatedpermissions", "dangerouslydisablesandbox"],
        ["network"] = ["network"],
        ["env"] = ["env", "environment"],
        ["path"] = ["path", "filepath", "absolutepath", "targetfile", "file", "filename", "dirpath", "directory", "relativepath", "uri"],
        ["content"] = ["content", "contents", "filetext", "filecontents", "text", "data", "newcontent"],
        ["old"] = ["oldstring", "oldstr", "oldtext", "search", "old", "find"],
        ["new"] = ["newstring", "newstr", "newtext", "replace", "new", "replacement"],
        ["edits"] = ["edits"],
        ["pattern"] = ["pattern", "query", "regex", "globpattern", "searchpattern", "q"],
        ["url"] = ["url", "uri", "link", "urls"],
        ["method"] = ["method"],
        ["body"] = ["body", "data"],
        ["headers"] = ["headers"],
    }.ToFrozenDictionary();
}
