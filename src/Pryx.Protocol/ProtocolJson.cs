using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Grants;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using Pryx.Protocol.Workspaces;

namespace Pryx.Protocol;

/// <summary>Everything that is said on the wire, in snake_case, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Item))]
[JsonSerializable(typeof(IReadOnlyList<Item>))]
[JsonSerializable(typeof(IReadOnlyList<Attachment>))]
[JsonSerializable(typeof(OpaqueData))]
[JsonSerializable(typeof(PryxEvent))]
[JsonSerializable(typeof(TurnQueuedPayload))]
[JsonSerializable(typeof(TurnStartedPayload))]
[JsonSerializable(typeof(TurnParkedPayload))]
[JsonSerializable(typeof(TurnEndedPayload))]
[JsonSerializable(typeof(AgentPayload))]
[JsonSerializable(typeof(StepCompletedPayload))]
[JsonSerializable(typeof(MemoryPayload))]
[JsonSerializable(typeof(UndonePayload))]
[JsonSerializable(typeof(ContextUsage))]
[JsonSerializable(typeof(CompactSession))]
[JsonSerializable(typeof(ToolRequestPayload))]
[JsonSerializable(typeof(ToolExecutingPayload))]
[JsonSerializable(typeof(ToolCompletePayload))]
[JsonSerializable(typeof(ApprovalResolvedPayload))]
[JsonSerializable(typeof(ApprovalReviewedPayload))]
[JsonSerializable(typeof(ApprovalReview))]
[JsonSerializable(typeof(MessageDeltaPayload))]
[JsonSerializable(typeof(ToolOutputPayload))]
[JsonSerializable(typeof(StepRetryingPayload))]
[JsonSerializable(typeof(ErrorPayload))]
[JsonSerializable(typeof(SessionUpdatedPayload))]
[JsonSerializable(typeof(Approval))]
[JsonSerializable(typeof(ApprovalAnswer))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(IReadOnlyList<Session>))]
[JsonSerializable(typeof(IReadOnlyList<SessionHit>))]
[JsonSerializable(typeof(SessionMode))]
[JsonSerializable(typeof(Turn))]
[JsonSerializable(typeof(StartTurn))]
[JsonSerializable(typeof(CreateSession))]
[JsonSerializable(typeof(Grant))]
[JsonSerializable(typeof(IReadOnlyList<Grant>))]
[JsonSerializable(typeof(AddGrant))]
[JsonSerializable(typeof(TrustCard))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(SessionPage))]
[JsonSerializable(typeof(ItemPage))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(TurnPage))]
[JsonSerializable(typeof(WaitingInputs))]
[JsonSerializable(typeof(SearchPage))]
[JsonSerializable(typeof(GrantList))]
[JsonSerializable(typeof(NewSession))]
[JsonSerializable(typeof(ChangeSession))]
[JsonSerializable(typeof(ForkSession))]
[JsonSerializable(typeof(SendMessage))]
[JsonSerializable(typeof(TurnAccepted))]
[JsonSerializable(typeof(TurnStopped))]
[JsonSerializable(typeof(StoppedEverything))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ProtocolJson : JsonSerializerContext;
