namespace Pryx.Providers.Catalog;

/// <summary>What a catalog from elsewhere may hold at most. Beyond that it is taken for broken or hostile.</summary>
internal static class CatalogLimits
{
    /// <summary>Bytes.</summary>
    public const int File = 32 * 1024 * 1024;
    public const int Depth = 16;
    public const int Providers = 2_000;
    public const int Models = 50_000;

    /// <summary>Characters.</summary>
    public const int Id = 256;
    public const int Name = 200;
    public const int Url = 500;

    /// <summary>Tokens.</summary>
    public const long Tokens = 10_000_000_000;

    /// <summary>USD per million tokens; the dearest there is costs 600.</summary>
    public const decimal Price = 100_000;
}
