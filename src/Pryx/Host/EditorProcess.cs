using System.Diagnostics;

namespace Pryx.Host;

/// <summary>Opens the person's own editor on a private file and waits for it.</summary>
internal static class EditorProcess
{
    /// <param name="fileName">By whose ending the editor knows the language.</param>
    /// <returns>The text as it was saved; null when the editor could not be run or ended with an error.</returns>
    public static async Task<string?> EditAsync(string editor, string text, string fileName, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("pryx-edit-"); // 0700: arguments may hold what others must not read
        try
        {
            var file = Path.Combine(folder.FullName, fileName);
            await File.WriteAllTextAsync(file, text, cancellationToken);
            var words = editor.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            using var process = new Process { StartInfo = new ProcessStartInfo(words[0], [.. words[1..], file]) { UseShellExecute = false } };
            process.Start();
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? await File.ReadAllTextAsync(file, cancellationToken) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // No such program; the card stays as it was.
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
