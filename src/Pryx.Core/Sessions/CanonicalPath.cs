namespace Pryx.Core.Sessions;

/// <summary>One name per folder: absolute, no symlink in it, no separator at its end.</summary>
internal static class CanonicalPath
{
    private const int LinkLimit = 40;

    public static string Of(string path)
    {
        var rest = new Stack<string>(Parts(Path.GetFullPath(path)).AsEnumerable().Reverse());
        var done = Path.GetPathRoot(Path.GetFullPath(path))!;
        var links = 0;
        while (rest.TryPop(out var part))
        {
            var next = Path.Combine(done, part);
            // What does not exist (any more) keeps its name, and so does a loop of links.
            if (new DirectoryInfo(next).LinkTarget is not { } target || ++links > LinkLimit)
            {
                done = next;
                continue;
            }
            var full = Path.GetFullPath(target, done);
            done = Path.GetPathRoot(full)!;
            foreach (var targetPart in Parts(full).AsEnumerable().Reverse())
            {
                rest.Push(targetPart);
            }
        }
        return done;
    }

    private static string[] Parts(string fullPath) =>
        fullPath[Path.GetPathRoot(fullPath)!.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
}
