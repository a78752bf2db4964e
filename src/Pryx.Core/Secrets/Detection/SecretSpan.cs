namespace Pryx.Core.Secrets.Detection;

/// <summary>Where a secret stands in a text.</summary>
/// <param name="Kind">What it is, in words for a placeholder: <c>github-token</c>, <c>password</c>.</param>
/// <param name="IsDistinct">True when the value can be nothing else, wherever it stands; false for a password that is also a word.</param>
internal readonly record struct SecretSpan(int Start, int Length, string Kind, bool IsDistinct)
{
    public int End => Start + Length;
}
