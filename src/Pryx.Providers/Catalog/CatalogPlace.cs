namespace Pryx.Providers.Catalog;

/// <summary>The model that is being read: its text is made where an error needs it.</summary>
internal sealed class CatalogPlace
{
    public string Provider { get; set; } = "";
    public string Model { get; set; } = "";

    public override string ToString() => $"{Provider}/{CatalogJson.Shown(Model)}";
}
