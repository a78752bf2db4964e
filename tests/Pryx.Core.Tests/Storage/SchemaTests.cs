using Pryx.Core.Storage;
using Pryx.Testing;

namespace Pryx.Core.Tests.Storage;

/// <summary>The entities of PRD §11.1, as tables or views with its columns, in a store that the migrations have made.</summary>
public sealed class SchemaTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("DM1", "sessions")]
    [Requirement("T1.2", "schema")]
    public Task Sessions_have_the_columns_of_the_data_model() =>
        HasAsync("sessions", "id workspace_id created_at updated_at title status model total_tokens total_cost_usd");

    [Fact]
    [Requirement("DM1", "messages")]
    public Task Messages_have_the_columns_of_the_data_model() =>
        HasAsync("messages", "id session_id role content tool_call_id created_at tokens_in tokens_out");

    [Fact]
    [Requirement("DM1", "tool_calls")]
    public Task Tool_calls_have_the_columns_of_the_data_model() =>
        HasAsync("tool_calls", "id session_id tool_name arguments result status approval_scope started_at completed_at duration_ms");

    [Fact]
    [Requirement("DM1", "workspaces")]
    public Task Workspaces_have_the_columns_of_the_data_model() => HasAsync("workspaces", "id name path created_at policies");

    [Fact]
    [Requirement("DM1", "audit_log")]
    public Task The_audit_log_has_the_columns_of_the_data_model() =>
        HasAsync("audit_log", "id timestamp action resource_type resource_id actor details outcome");

    [Fact]
    [Requirement("DM1", "policies")]
    public Task Policies_have_the_columns_of_the_data_model() =>
        HasAsync("policies", "id workspace_id tool_pattern action scope duration expires_at");

    [Fact]
    [Requirement("DM1", "integrations")]
    public Task Integrations_have_the_columns_of_the_data_model() =>
        HasAsync("integrations", "id type name config status workspace_id created_at last_connected_at");

    private static async Task HasAsync(string entity, string columns)
    {
        await using var store = await TempStore.CreateAsync();
        var found = await store.Database.ReadAsync(c => c.Query("SELECT name FROM pragma_table_info($entity)", static row => row.GetString(0), ("$entity", entity)), Cancel);
        Assert.Empty(columns.Split(' ').Except(found));
    }
}
