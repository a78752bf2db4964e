using System.Text.Json;

namespace Pryx.Core.Configuration;

/// <summary>Reads the older config.json (PRD §11.2). It is never written; whatever config.yaml says is stronger.</summary>
internal static class JsonConfig
{
    public static void Read(string path, ConfigReport report)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                ReadBlock(document.RootElement, "", path, report);
                return;
            }
            report.Warnings.Add($"{path}: it must be one JSON object; it was ignored and left as it is.");
        }
        catch (JsonException e)
        {
            report.Warnings.Add($"{path} line {e.LineNumber + 1}: not valid JSON; it was ignored and left as it is.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Warnings.Add($"{path} can not be read ({e.Message}); it was ignored.");
        }
    }

    private static void ReadBlock(JsonElement block, string prefix, string path, ConfigReport report)
    {
        foreach (var property in block.EnumerateObject())
        {
            var name = prefix + property.Name;
            var value = property.Value;
            if (name == "version")
            {
                continue;
            }
            if (name == "defaults_model")
            {
                ReadModel(value, path, report);
                continue;
            }
            var key = ConfigKeys.Find(YamlConfig.Snake(name));
            switch (key, value.ValueKind)
            {
                case (null, JsonValueKind.Object) when prefix.Length == 0:
                    ReadBlock(value, name + "_", path, report);
                    break;
                case (null, _):
                    report.Notes.Add($"{path}: unknown key '{name}' was ignored.");
                    break;
                case (_, JsonValueKind.Null):
                    break;
                case ({ Kind: ConfigKind.Map }, JsonValueKind.Object):
                    report.AddRaw(key, value.GetRawText(), ConfigSource.Json);
                    break;
                case ({ Kind: ConfigKind.List }, JsonValueKind.Array) when value.EnumerateArray().All(element => element.ValueKind == JsonValueKind.String):
                    report.AddRaw(key, string.Join('\n', value.EnumerateArray().Select(element => element.GetString())), ConfigSource.Json);
                    break;
                case ({ Kind: not ConfigKind.Map and not ConfigKind.List }, JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False):
                    report.Add(key, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), ConfigSource.Json, path);
                    break;
                default:
                    report.Warnings.Add($"{path}: {key.Name} must be {key.Expected}; it was ignored.");
                    break;
            }
        }
    }

    private static void ReadModel(JsonElement value, string path, ConfigReport report)
    {
        if (value.ValueKind == JsonValueKind.String && Protocol.Models.ModelRef.TryParse(value.GetString(), out var model))
        {
            report.AddRaw(ConfigKeys.Find("model_provider")!, model.Provider, ConfigSource.Json);
            report.AddRaw(ConfigKeys.Find("model_name")!, model.Model, ConfigSource.Json);
            return;
        }
        report.Warnings.Add($"{path}: defaults.model must be written as provider/model; it was ignored.");
    }
}
