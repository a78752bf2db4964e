namespace Pryx.Core.Processes;

/// <summary>Text that lives as a file beside the code and is embedded by its file name.</summary>
internal static class EmbeddedText
{
    public static string Read(string fileName)
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(fileName)
            ?? throw new InvalidOperationException($"'{fileName}' is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
