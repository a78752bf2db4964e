using System.Text.Json.Serialization;
using Pryx.Protocol.Models;

namespace Pryx.Protocol.Costs;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CostSummary))]
[JsonSerializable(typeof(DailyCosts))]
[JsonSerializable(typeof(MonthlyCosts))]
[JsonSerializable(typeof(ModelCosts))]
[JsonSerializable(typeof(AgentCosts))]
[JsonSerializable(typeof(SessionCosts))]
[JsonSerializable(typeof(SessionCost))]
[JsonSerializable(typeof(Pricing))]
[JsonSerializable(typeof(CostAdvice))]
[JsonSerializable(typeof(CallEstimate))]
[JsonSerializable(typeof(BudgetReport))]
[JsonSerializable(typeof(SetBudget))]
[JsonSerializable(typeof(SetSessionBudget))]
[JsonSerializable(typeof(BudgetPayload))]
[JsonSerializable(typeof(BudgetStatus))]
[JsonSerializable(typeof(BudgetQuestion))]
[JsonSerializable(typeof(ModelPrice))]
public sealed partial class CostJson : JsonSerializerContext;
