namespace Pryx.Agent.Shell.Wrappers;

/// <summary>The options of a program, as far as it must be known where they end.</summary>
/// <param name="Flags">Letters without a value.</param>
/// <param name="WithValue">Letters whose value follows, in the same word or the next.</param>
/// <param name="MayHaveValue">Letters whose value, if any, is in the same word.</param>
/// <param name="LongFlags">Names without the two minuses; they may still carry a value behind a sign.</param>
internal sealed record OptionGrammar(string Flags, string WithValue, string MayHaveValue = "", string[]? LongFlags = null, string[]? LongWithValue = null)
{
    /// <summary>Options may follow operands, and an option that is not listed is taken for a flag. Never for a program that runs its operands.</summary>
    public bool IsLenient { get; init; }
}
