namespace Pryx.Protocol.Models;

/// <summary>A model as people name it: <c>provider/model</c>, where the model may itself contain slashes.</summary>
public readonly record struct ModelRef(string Provider, string Model)
{
    /// <summary>False when there is no slash or one side is empty.</summary>
    public static bool TryParse(string? text, out ModelRef model)
    {
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var isValid = slash > 0 && slash < text!.Length - 1;
        model = isValid ? new(text![..slash].Trim().ToLowerInvariant(), text[(slash + 1)..].Trim()) : default;
        return isValid;
    }

    public override string ToString() => $"{Provider}/{Model}";
}
