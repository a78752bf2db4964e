namespace Pryx.Providers.Catalog;

/// <summary>A catalog that is broken or hostile: nothing of it is used. The message says what is wrong and where, fit for a log.</summary>
public sealed class CatalogException(string message, Exception? inner = null) : Exception(message, inner);
