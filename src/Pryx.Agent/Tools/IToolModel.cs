namespace Pryx.Agent.Tools;

/// <summary>Answers a tool's question with the turn's model, without tools and without the conversation, paid from the turn's budget.</summary>
public interface IToolModel
{
    ModelEstimate Estimate(ModelQuestion question);

    /// <exception cref="Protocol.Models.ModelException">The model could not be had.</exception>
    /// <exception cref="Budgets.CallRefusedException">The budget does not pay for it.</exception>
    Task<ModelAnswer> AskAsync(ModelQuestion question, CancellationToken cancellationToken);
}

/// <param name="Instructions">Null for none.</param>
/// <param name="MaxOutputTokens">1 or more.</param>
public sealed record ModelQuestion(string? Instructions, IReadOnlyList<ModelQuestionPart> Parts, int MaxOutputTokens);

/// <param name="IsOfModel">Something that a model is to have said before.</param>
public sealed record ModelQuestionPart(bool IsOfModel, string Text);

/// <param name="MostUsd">What it will not cost more than; null when the price is not known.</param>
public sealed record ModelEstimate(string Model, decimal? MostUsd);

/// <param name="IsCut">The output limit ended it.</param>
public sealed record ModelAnswer(string Text, string Model, bool IsCut);
