using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Agent.Turns;
using Pryx.Core.Events;
using Pryx.Protocol;
using Pryx.Protocol.Events;

namespace Pryx.Core.Turns;

/// <summary>What the engine says while it works, as the stream carries it.</summary>
internal static class TurnProgress
{
    public static Progress Of(SessionId session, TurnId turn, ProgressUpdate update)
    {
        return update switch
        {
            ProgressUpdate.Message message => Shown(EventNames.MessageDelta, $"{message.Step}", message.Text, text => Element(new(message.Step, text), ProtocolJson.Default.MessageDeltaPayload)),
            ProgressUpdate.Thinking thinking => Shown(EventNames.ReasoningDelta, $"{thinking.Step}", thinking.Text, text => Element(new(thinking.Step, text), ProtocolJson.Default.MessageDeltaPayload)),
            ProgressUpdate.ToolText tool => Shown(EventNames.ToolOutput, $"{tool.CallId}/{tool.Stream}", tool.Text, text => Element(new(tool.CallId, tool.Stream, text), ProtocolJson.Default.ToolOutputPayload)),
            ProgressUpdate.Retrying retrying => Shown(EventNames.StepRetrying, "", "", _ => Element(retrying.Retry, ProtocolJson.Default.StepRetryingPayload)) with { IsText = false },
            _ => throw new NotSupportedException($"No event for {update.GetType().Name}."),
        };

        Progress Shown(string name, string place, string text, Func<string, JsonElement> toPayload) => new(name, session, turn, place, text, toPayload);
    }

    /// <summary>Something that could not be stored and is told all the same.</summary>
    public static Progress Error(SessionId session, TurnId turn, ErrorPayload error) =>
        new(EventNames.ErrorOccurred, session, turn, "", "", _ => Element(error, ProtocolJson.Default.ErrorPayload)) { IsText = false };

    private static JsonElement Element<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToElement(value, type);
}
