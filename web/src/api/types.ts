// Made from the protocol by tests/Pryx.Core.Tests/Hosting/WebTypesTests.cs; do not edit.

export interface AcceptAudit {
  reason?: string | null;
}

export interface AcceptedMessage {
  turnId: string;
  conversationId: string;
  streamUrl: string;
  statusUrl: string;
}

export interface AccessTokenList {
  tokens: ({
    id: string;
    name: string;
    kind: string;
    scopes: string[];
    created_at: string;
    created_by: string;
    expires_at?: string | null;
    last_used_at?: string | null;
  })[];
}

export interface AddWorkspace {
  path?: string | null;
}

export interface Agent {
  agent_id: string;
  session_id: string;
  parent_session_id?: string | null;
  task: string;
  status: string;
  name?: string | null;
  turn_id?: string | null;
  parent_turn_id?: string | null;
  parent_call_id?: string | null;
  depth: number;
  model?: string | null;
  policy?: string | null;
  output?: string | null;
  error_code?: string | null;
  error?: string | null;
  steps: number;
  tokens_used: number;
  cost_usd?: number | null;
  duration_ms?: number | null;
  worktree?: string | null;
  branch?: string | null;
  created_at: string;
  started_at?: string | null;
  ended_at?: string | null;
}

export interface AgentCosts {
  agents: ({
    agent: string;
    runs: number;
    sum: {
      cost_usd: number;
      calls: number;
      unpriced_calls: number;
      input_tokens: number;
      output_tokens: number;
      cached_tokens: number;
      cache_write_tokens: number;
      reasoning_tokens: number;
      estimated_usd: number;
      estimated_calls: number;
      estimated_tokens: number;
      tokens: number;
    };
  })[];
}

export interface AgentDefinitions {
  agents: ({
    name: string;
    description: string;
    source: string;
    file?: string | null;
    tools?: string[] | null;
    not_tools: string[];
    model?: string | null;
    policy?: string | null;
    worktree: boolean;
    notes: string[];
    shadows: string[];
  })[];
  broken: ({
    file: string;
    source: string;
    line: number;
    message: string;
  })[];
  warning?: string | null;
}

export interface AgentList {
  agents: ({
    agent_id: string;
    session_id: string;
    parent_session_id?: string | null;
    task: string;
    status: string;
    name?: string | null;
    turn_id?: string | null;
    parent_turn_id?: string | null;
    parent_call_id?: string | null;
    depth: number;
    model?: string | null;
    policy?: string | null;
    output?: string | null;
    error_code?: string | null;
    error?: string | null;
    steps: number;
    tokens_used: number;
    cost_usd?: number | null;
    duration_ms?: number | null;
    worktree?: string | null;
    branch?: string | null;
    created_at: string;
    started_at?: string | null;
    ended_at?: string | null;
  })[];
}

export interface AgentPayload {
  agent_id: string;
  name?: string | null;
  session_id: string;
  turn_id?: string | null;
  call_id?: string | null;
  task: string;
  model?: string | null;
  status: string;
  steps: number;
  tokens_used: number;
  cost_usd?: number | null;
  duration_ms?: number | null;
  error?: string | null;
}

export interface AgentWait {
  agent_id: string;
  status: string;
  startedAt?: string | null;
  endedAt?: string | null;
  error?: string | null;
  agent_status: string;
}

export interface Approval {
  id: string;
  approval_id: string;
  session_id: string;
  turn_id?: string | null;
  call_id?: string | null;
  agent?: string | null;
  kind: "tool" | "question" | "trust";
  tool: string;
  args?: unknown;
  touches: string[];
  binding?: string | null;
  review?: {
    opinion: string;
    text: string;
    model: string;
  } | null;
  summary: string;
  preview?: string | null;
  preview_kind: "none" | "command" | "diff" | "text";
  reason: string;
  risk_level: "low" | "medium" | "high";
  rule?: string | null;
  pattern?: string | null;
  folder_grant?: string | null;
  proposal?: {
    rule: string;
    scope: string;
    workspace: string;
    days: number;
    approvals: number;
    would_cover: string[];
    would_not_cover: ({
      call: string;
      decision: string;
      reason: string;
    })[];
  } | null;
  choices: string[];
  created_at: string;
  expires_at?: string | null;
}

export interface ApprovalHistory {
  approvals: ({
    approval: {
      id: string;
      approval_id: string;
      session_id: string;
      turn_id?: string | null;
      call_id?: string | null;
      agent?: string | null;
      kind: "tool" | "question" | "trust";
      tool: string;
      args?: unknown;
      touches: string[];
      binding?: string | null;
      review?: {
        opinion: string;
        text: string;
        model: string;
      } | null;
      summary: string;
      preview?: string | null;
      preview_kind: "none" | "command" | "diff" | "text";
      reason: string;
      risk_level: "low" | "medium" | "high";
      rule?: string | null;
      pattern?: string | null;
      folder_grant?: string | null;
      proposal?: {
        rule: string;
        scope: string;
        workspace: string;
        days: number;
        approvals: number;
        would_cover: string[];
        would_not_cover: ({
          call: string;
          decision: string;
          reason: string;
        })[];
      } | null;
      choices: string[];
      created_at: string;
      expires_at?: string | null;
    };
    state: string;
    answer?: {
      approved: boolean;
      duration: "once" | "session" | "forever";
      takes_folder_grant: boolean;
      takes_proposal: boolean;
      taken_rule?: string | null;
      edited_args?: unknown;
      text?: string | null;
      reason?: string | null;
      answered_by: string;
      binding?: string | null;
      is_for_want_of_person: boolean;
      is_timed_out: boolean;
    } | null;
    answered_at?: string | null;
    is_pending: boolean;
  })[];
  count: number;
}

export interface ApprovalResolvedPayload {
  approval_id: string;
  tool: string;
  approved: boolean;
  scope?: string | null;
  answered_by?: string | null;
}

export interface ApprovalReviewedPayload {
  approval_id: string;
  tool: string;
  review: {
    opinion: string;
    text: string;
    model: string;
  };
}

export interface ApprovalState {
  approval: {
    id: string;
    approval_id: string;
    session_id: string;
    turn_id?: string | null;
    call_id?: string | null;
    agent?: string | null;
    kind: "tool" | "question" | "trust";
    tool: string;
    args?: unknown;
    touches: string[];
    binding?: string | null;
    review?: {
      opinion: string;
      text: string;
      model: string;
    } | null;
    summary: string;
    preview?: string | null;
    preview_kind: "none" | "command" | "diff" | "text";
    reason: string;
    risk_level: "low" | "medium" | "high";
    rule?: string | null;
    pattern?: string | null;
    folder_grant?: string | null;
    proposal?: {
      rule: string;
      scope: string;
      workspace: string;
      days: number;
      approvals: number;
      would_cover: string[];
      would_not_cover: ({
        call: string;
        decision: string;
        reason: string;
      })[];
    } | null;
    choices: string[];
    created_at: string;
    expires_at?: string | null;
  };
  state: string;
  answer?: {
    approved: boolean;
    duration: "once" | "session" | "forever";
    takes_folder_grant: boolean;
    takes_proposal: boolean;
    taken_rule?: string | null;
    edited_args?: unknown;
    text?: string | null;
    reason?: string | null;
    answered_by: string;
    binding?: string | null;
    is_for_want_of_person: boolean;
    is_timed_out: boolean;
  } | null;
  answered_at?: string | null;
  is_pending: boolean;
}

export interface ArchiveInput {
  older_than_days?: number | null;
  summarize?: boolean | null;
}

export interface ArchiveResult {
  sessions: ({
    id: string;
    items: number;
    bytes: number;
  })[];
  skipped: ({
    id: string;
    message: string;
  })[];
}

export interface AuditCheck {
  ok: boolean;
  entries: number;
  first_broken?: {
    seq: number;
    id?: string | null;
    trouble: string;
  } | null;
  head_seq: number;
  head_hash?: string | null;
  anchored_seq: number;
  anchored_at?: string | null;
  sealed_from: number;
  accepted?: {
    seq: number;
    at: string;
    by: string;
    trouble: string;
  } | null;
}

export interface AuditPage {
  entries: ({
    seq: number;
    id: string;
    timestamp: string;
    action: string;
    resource_type: string;
    resource_id: string;
    actor: string;
    details?: unknown;
    outcome: string;
    result_hash?: string | null;
    hash: string;
  })[];
  next_cursor?: string | null;
}

export interface BackgroundProcessBody {
  id: string;
  name: string;
  command: string;
  status: string;
  started_at: string;
  tags: string[];
  global: boolean;
  session_id?: string | null;
  workspace: string;
  mode: string;
  output_config: {
    buffer_lines: number;
    circular_buffer_size: number;
    error_patterns: string[];
    summary_interval?: string | null;
  };
  started_by: string;
  pid?: number | null;
  sandboxed: boolean;
  ports?: number[] | null;
  ended_at?: string | null;
  exit_code?: number | null;
  ended_by?: string | null;
  line_count: number;
  output: ({
    number: number;
    stream: string;
    text: string;
  })[];
}

export interface BackgroundProcessList {
  processes: ({
    id: string;
    name: string;
    command: string;
    status: string;
    started_at: string;
    tags: string[];
    global: boolean;
    session_id?: string | null;
    workspace: string;
    mode: string;
    output_config: {
      buffer_lines: number;
      circular_buffer_size: number;
      error_patterns: string[];
      summary_interval?: string | null;
    };
    started_by: string;
    pid?: number | null;
    sandboxed: boolean;
    ports?: number[] | null;
    ended_at?: string | null;
    exit_code?: number | null;
    ended_by?: string | null;
    line_count: number;
    output: ({
      number: number;
      stream: string;
      text: string;
    })[];
  })[];
}

export interface BackupBody {
  path: string;
  version: string;
  schema: number;
  created_at: string;
  bytes: number;
  files: number;
  sessions: boolean;
  secrets: boolean;
  trouble?: string | null;
}

export interface BackupCheckInput {
  path: string;
}

export interface BackupInput {
  path?: string | null;
  sessions?: boolean | null;
  passphrase?: string | null;
}

export interface BackupList {
  backups: ({
    path: string;
    version: string;
    schema: number;
    created_at: string;
    bytes: number;
    files: number;
    sessions: boolean;
    secrets: boolean;
    trouble?: string | null;
  })[];
}

export interface BudgetReport {
  action: string;
  warn_percent: number;
  scopes: ({
    scope: string;
    key: string;
    limit_usd?: number | null;
    spent_usd: number;
    reserved_usd: number;
    left_usd?: number | null;
    percent?: number | null;
    is_over: boolean;
  })[];
}

export interface CallEstimate {
  model: string;
  input_tokens: number;
  worst_input_tokens: number;
  typical_usd?: number | null;
  worst_usd?: number | null;
  output_limit: number;
}

export interface CatalogRefreshed {
  is_changed: boolean;
  models: number;
  catalog: {
    source: string;
    fetched_at: string;
    checked_at?: string | null;
    is_stale: boolean;
    url?: string | null;
    openrouter_checked_at?: string | null;
    warning?: string | null;
  };
}

export interface ChangeSession {
  title?: string | null;
  status?: string | null;
  model?: string | null;
}

export interface CheckedPolicy {
  valid: boolean;
  problems: ({
    line: number;
    column: number;
    message: string;
  })[];
}

export interface CheckpointsBody {
  turns: ({
    number: number;
    turn_id: string;
    status: string;
    started_at?: string | null;
    text: string;
    undone: boolean;
    hidden: boolean;
    files: ({
      path: string;
      change: string;
    })[];
    notes: string[];
  })[];
  can_redo: boolean;
}

export interface CloudStatus {
  logged_in: boolean;
  url?: string | null;
  expires_at?: string | null;
  trouble?: string | null;
}

export interface CodeDiagnostics {
  use: string;
  sandboxed: boolean;
  checkers: ({
    name: string;
    files: string[];
    kind: string;
    command: string;
  })[];
  checked_by?: string | null;
  errors?: ({
    file: string;
    line: number;
    message: string;
  })[] | null;
}

export interface CompactSession {
  instructions?: string | null;
}

export interface ComponentHealth {
  status: string;
  version: string;
  uptime_seconds: number;
  components: {
    database: string;
    keychain: string;
    integrations: Record<string, string>;
  };
  reasons?: string[] | null;
  providers?: Record<string, string> | null;
}

export interface ConfigChanged {
  ok: boolean;
  overridden?: string[] | null;
}

export interface ConfigKeyList {
  keys: ({
    name: string;
    kind: string;
    expected: string;
    value: string;
    source: string;
    default: string;
    open: boolean;
    variable?: string | null;
  })[];
}

export interface ContextUsage {
  model: string;
  system: number;
  tools: number;
  history: number;
  reasoning: number;
  attachments: number;
  summaries: number;
  used: number;
  window: number;
  is_window_known: boolean;
  reply_reserve: number;
  reasoning_used: number;
  reasoning_limit?: number | null;
  last_counted?: number | null;
  last_estimated?: number | null;
  percent: number;
  level?: string | null;
}

export interface Conversation {
  conversationId: string;
  createdAt: string;
  updatedAt: string;
  modelProviderId: string;
  modelProviderApi: string;
  model: string;
  title?: string | null;
  summary?: string | null;
  parent?: string | null;
  agentRole?: string | null;
  tags: string[];
  history: ({
    role: string;
    content: string;
  })[];
}

export interface ConversationFields {
  title?: string | null;
  summary?: string | null;
  tags?: string[] | null;
  agentRole?: string | null;
  modelProviderId?: string | null;
  modelProviderApi?: string | null;
  model?: string | null;
}

export interface ConversationPage {
  conversations: ({
    conversationId: string;
    createdAt: string;
    updatedAt: string;
    modelProviderId: string;
    modelProviderApi: string;
    model: string;
    title?: string | null;
    summary?: string | null;
    parent?: string | null;
    agentRole?: string | null;
    tags: string[];
    history: ({
      role: string;
      content: string;
    })[];
  })[];
  nextCursor?: string | null;
}

export interface CoreStats {
  sessions: number;
  messages: number;
  turns: Record<string, number>;
  tool_calls: Record<string, number>;
}

export interface CostAdvice {
  suggestions: ({
    kind: string;
    title: string;
    text: string;
    saves_usd?: number | null;
  })[];
}

export interface CostSummary {
  total: {
    cost_usd: number;
    calls: number;
    unpriced_calls: number;
    input_tokens: number;
    output_tokens: number;
    cached_tokens: number;
    cache_write_tokens: number;
    reasoning_tokens: number;
    estimated_usd: number;
    estimated_calls: number;
    estimated_tokens: number;
    tokens: number;
  };
  today: {
    cost_usd: number;
    calls: number;
    unpriced_calls: number;
    input_tokens: number;
    output_tokens: number;
    cached_tokens: number;
    cache_write_tokens: number;
    reasoning_tokens: number;
    estimated_usd: number;
    estimated_calls: number;
    estimated_tokens: number;
    tokens: number;
  };
  month: {
    cost_usd: number;
    calls: number;
    unpriced_calls: number;
    input_tokens: number;
    output_tokens: number;
    cached_tokens: number;
    cache_write_tokens: number;
    reasoning_tokens: number;
    estimated_usd: number;
    estimated_calls: number;
    estimated_tokens: number;
    tokens: number;
  };
  models: ({
    model: string;
    sum: {
      cost_usd: number;
      calls: number;
      unpriced_calls: number;
      input_tokens: number;
      output_tokens: number;
      cached_tokens: number;
      cache_write_tokens: number;
      reasoning_tokens: number;
      estimated_usd: number;
      estimated_calls: number;
      estimated_tokens: number;
      tokens: number;
    };
  })[];
}

export interface DailyCosts {
  days: ({
    date: string;
    sum: {
      cost_usd: number;
      calls: number;
      unpriced_calls: number;
      input_tokens: number;
      output_tokens: number;
      cached_tokens: number;
      cache_write_tokens: number;
      reasoning_tokens: number;
      estimated_usd: number;
      estimated_calls: number;
      estimated_tokens: number;
      tokens: number;
    };
  })[];
}

export interface DecisionRequest {
  request_id?: string | null;
  approval_id?: string | null;
  decision?: string | null;
  reason?: string | null;
  scope?: "once" | "session" | "forever" | null;
  takes_folder_grant?: boolean;
  grant?: string | null;
  edited_args?: unknown;
  text?: string | null;
}

export interface DecisionResponse {
  ok: boolean;
  approval_id: string;
  approved: boolean;
  scope: string;
}

export interface DeviceCode {
  device_code: string;
  user_code: string;
  verification_uri: string;
  expires_in: number;
  interval: number;
  verification_uri_complete?: string | null;
}

export interface Diagnostics {
  version: string;
  started_at: string;
  uptime_seconds: number;
  process: {
    pid: number;
    memory_bytes: number;
    heap_bytes: number;
    threads: number;
    runtime: string;
    os: string;
    architecture: string;
    aot: boolean;
  };
  sqlite: {
    version: string;
    library: string;
    schema_version: number;
  };
  paths: {
    data: string;
    database: string;
    config: string;
    log: string;
  };
  disk: {
    database_bytes: number;
    wal_bytes: number;
    log_bytes: number;
    free_bytes?: number | null;
  };
  counts: {
    sessions: number;
    turns: number;
    open_turns: number;
    pending_approvals: number;
    queued_inputs: number;
    items: number;
    events: number;
    spans: number;
  };
  subscribers: number;
  isolation: string;
  sandbox: string;
  keys: string;
  providers: Record<string, string>;
  catalog: {
    source: string;
    fetched_at: string;
    checked_at?: string | null;
    is_stale: boolean;
    url?: string | null;
    openrouter_checked_at?: string | null;
    warning?: string | null;
  };
  log_dropped: number;
  recent_errors: ({
    time: string;
    event: string;
    trace_id?: string | null;
    turn_id?: string | null;
    code?: string | null;
  })[];
}

export interface DoctorReport {
  status: string;
  checks: ({
    name: string;
    status: string;
    detail: string;
    fix?: string | null;
    can_fix: boolean;
    was_fixed: boolean;
  })[];
}

export interface ErrorBody {
  error: {
    code: string;
    message: string;
    next?: string | null;
    details?: unknown;
    request_id?: string | null;
    requestId?: string | null;
    timestamp?: string | null;
    trace_id?: string | null;
    surface?: string | null;
    retry_after_ms?: number | null;
  };
}

export interface ErrorPayload {
  code: string;
  message: string;
  trace_id?: string | null;
}

export interface EventPage {
  events: ({
    type: string;
    event: string;
    session_id?: string | null;
    turn_id?: string | null;
    surface?: string | null;
    payload?: unknown;
    item?: {
      type: "user_message";
      text: string;
      attachments: ({
        media_type: string;
        base64: string;
        name?: string | null;
      })[];
      is_steering: boolean;
      expansion?: string | null;
      mentions?: ({
        name: string;
        arguments: string;
      })[] | null;
      id: string;
      seq: number;
      turn_id?: string | null;
      step: number;
      created_at: string;
      provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
      source?: string | null;
    } | {
      type: "reply";
      text: string;
      opaque?: {
        wire: string;
        data: string;
      } | null;
      is_partial: boolean;
      id: string;
      seq: number;
      turn_id?: string | null;
      step: number;
      created_at: string;
      provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
      source?: string | null;
    } | {
      type: "reasoning";
      text: string;
      opaque?: {
        wire: string;
        data: string;
      } | null;
      tokens?: number | null;
      id: string;
      seq: number;
      turn_id?: string | null;
      step: number;
      created_at: string;
      provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
      source?: string | null;
    } | {
      type: "tool_call";
      call_id: string;
      name: string;
      tool: string;
      arguments: string;
      opaque?: {
        wire: string;
        data: string;
      } | null;
      id: string;
      seq: number;
      turn_id?: string | null;
      step: number;
      created_at: string;
      provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
      source?: string | null;
    } | {
      type: "tool_result";
      call_id: string;
      status: "completed" | "failed" | "denied" | "cancelled" | "interrupted";
      output: string;
      duration_ms: number;
      attachments: ({
        media_type: string;
        base64: string;
        name?: string | null;
      })[];
      command?: {
        exit_code: number;
        timed_out: boolean;
        stdout_length: number;
        stderr_length: number;
      } | null;
      full_output_path?: string | null;
      id: string;
      seq: number;
      turn_id?: string | null;
      step: number;
      created_at: string;
      provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
      source?: string | null;
    } | {
      type: "approval";
      approval_id: string;
      call_id?: string | null;
      approved: boolean;
      scope: string;
      answered_by?: string | null;
      reason?: string | null;
      id: string;
      seq: number;
      turn_id?: string | null;
      step: number;
      created_at: string;
      provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
      source?: string | null;
    } | {
      type: "notice";
      kind: string;
      text: string;
      is_for_model: boolean;
      id: string;
      seq: number;
      turn_id?: string | null;
      step: number;
      created_at: string;
      provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
      source?: string | null;
    } | {
      type: "summary";
      text: string;
      from_seq: number;
      to_seq: number;
      of: "everything" | "reasoning" | "tool_output" | "message_beginning" | "taken_back" | "brought_back";
      characters: number;
      id: string;
      seq: number;
      turn_id?: string | null;
      step: number;
      created_at: string;
      provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
      source?: string | null;
    };
    timestamp: string;
    version: number;
  })[];
  version: number;
  next_after?: number | null;
}

export interface ExplainCall {
  tool?: string | null;
  args?: unknown;
  workspace?: string | null;
  session_id?: string | null;
  policy?: string | null;
  policy_text?: string | null;
  untrusted?: boolean;
}

export interface ExplainedCall {
  tool: string;
  decision: string;
  rule: string;
  reason: string;
  summary: string;
  accesses: ({
    kind: string;
    target: string;
    inside_workspace: boolean;
  })[];
  next?: string | null;
}

export interface ForkSession {
  source_session_id?: string | null;
  title?: string | null;
  turn?: number | null;
  before_seq?: number | null;
}

export interface Grant {
  id: string;
  rule: string;
  session_id?: string | null;
  workspace?: string | null;
  granted_by?: string | null;
  created_at: string;
  expires_at?: string | null;
  revoked_at?: string | null;
  state: string;
  scope?: string | null;
  uses: number;
  last_used_at?: string | null;
  approval_id?: string | null;
}

export interface GrantInput {
  rule?: string | null;
  session_id?: string | null;
  workspace?: string | null;
  expires_at?: string | null;
  granted_by?: string | null;
}

export interface GrantsBody {
  grants: ({
    id: string;
    rule: string;
    session_id?: string | null;
    workspace?: string | null;
    granted_by?: string | null;
    created_at: string;
    expires_at?: string | null;
    revoked_at?: string | null;
    state: string;
    scope?: string | null;
    uses: number;
    last_used_at?: string | null;
    approval_id?: string | null;
  })[];
}

export interface Health {
  status: string;
  timestamp: string;
  version: string;
  product_version: string;
  providers: string[];
  cloud_logged_in: boolean;
  detail?: {
    code: string;
    message: string;
    next?: string | null;
    details?: unknown;
    request_id?: string | null;
    requestId?: string | null;
    timestamp?: string | null;
    trace_id?: string | null;
    surface?: string | null;
    retry_after_ms?: number | null;
  } | null;
}

export interface HookList {
  hooks: ({
    event: string;
    matcher: string;
    command: string;
    timeout_s: number;
    source: string;
    file: string;
    network: string[];
  })[];
  broken: ({
    file: string;
    source: string;
    message: string;
  })[];
  notes: string[];
  user_file: string;
  warning?: string | null;
}

export interface ImportBody {
  from: string;
  entries: ({
    kind: string;
    name: string;
    state: string;
    note?: string | null;
  })[];
  applied: boolean;
}

export interface ImportInput {
  from: string;
  apply?: boolean;
  replace?: boolean;
  secrets?: boolean;
  passphrase?: string | null;
}

export interface InstallerInput {
  installer?: string | null;
}

export interface InstallerRun {
  ran: boolean;
  ok: boolean;
  output: string;
}

export type Item = {
  type: "user_message";
  text: string;
  attachments: ({
    media_type: string;
    base64: string;
    name?: string | null;
  })[];
  is_steering: boolean;
  expansion?: string | null;
  mentions?: ({
    name: string;
    arguments: string;
  })[] | null;
  id: string;
  seq: number;
  turn_id?: string | null;
  step: number;
  created_at: string;
  provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
  source?: string | null;
} | {
  type: "reply";
  text: string;
  opaque?: {
    wire: string;
    data: string;
  } | null;
  is_partial: boolean;
  id: string;
  seq: number;
  turn_id?: string | null;
  step: number;
  created_at: string;
  provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
  source?: string | null;
} | {
  type: "reasoning";
  text: string;
  opaque?: {
    wire: string;
    data: string;
  } | null;
  tokens?: number | null;
  id: string;
  seq: number;
  turn_id?: string | null;
  step: number;
  created_at: string;
  provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
  source?: string | null;
} | {
  type: "tool_call";
  call_id: string;
  name: string;
  tool: string;
  arguments: string;
  opaque?: {
    wire: string;
    data: string;
  } | null;
  id: string;
  seq: number;
  turn_id?: string | null;
  step: number;
  created_at: string;
  provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
  source?: string | null;
} | {
  type: "tool_result";
  call_id: string;
  status: "completed" | "failed" | "denied" | "cancelled" | "interrupted";
  output: string;
  duration_ms: number;
  attachments: ({
    media_type: string;
    base64: string;
    name?: string | null;
  })[];
  command?: {
    exit_code: number;
    timed_out: boolean;
    stdout_length: number;
    stderr_length: number;
  } | null;
  full_output_path?: string | null;
  id: string;
  seq: number;
  turn_id?: string | null;
  step: number;
  created_at: string;
  provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
  source?: string | null;
} | {
  type: "approval";
  approval_id: string;
  call_id?: string | null;
  approved: boolean;
  scope: string;
  answered_by?: string | null;
  reason?: string | null;
  id: string;
  seq: number;
  turn_id?: string | null;
  step: number;
  created_at: string;
  provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
  source?: string | null;
} | {
  type: "notice";
  kind: string;
  text: string;
  is_for_model: boolean;
  id: string;
  seq: number;
  turn_id?: string | null;
  step: number;
  created_at: string;
  provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
  source?: string | null;
} | {
  type: "summary";
  text: string;
  from_seq: number;
  to_seq: number;
  of: "everything" | "reasoning" | "tool_output" | "message_beginning" | "taken_back" | "brought_back";
  characters: number;
  id: string;
  seq: number;
  turn_id?: string | null;
  step: number;
  created_at: string;
  provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
  source?: string | null;
};

export interface ItemPage {
  items: ({
    type: "user_message";
    text: string;
    attachments: ({
      media_type: string;
      base64: string;
      name?: string | null;
    })[];
    is_steering: boolean;
    expansion?: string | null;
    mentions?: ({
      name: string;
      arguments: string;
    })[] | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "reply";
    text: string;
    opaque?: {
      wire: string;
      data: string;
    } | null;
    is_partial: boolean;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "reasoning";
    text: string;
    opaque?: {
      wire: string;
      data: string;
    } | null;
    tokens?: number | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "tool_call";
    call_id: string;
    name: string;
    tool: string;
    arguments: string;
    opaque?: {
      wire: string;
      data: string;
    } | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "tool_result";
    call_id: string;
    status: "completed" | "failed" | "denied" | "cancelled" | "interrupted";
    output: string;
    duration_ms: number;
    attachments: ({
      media_type: string;
      base64: string;
      name?: string | null;
    })[];
    command?: {
      exit_code: number;
      timed_out: boolean;
      stdout_length: number;
      stderr_length: number;
    } | null;
    full_output_path?: string | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "approval";
    approval_id: string;
    call_id?: string | null;
    approved: boolean;
    scope: string;
    answered_by?: string | null;
    reason?: string | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "notice";
    kind: string;
    text: string;
    is_for_model: boolean;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "summary";
    text: string;
    from_seq: number;
    to_seq: number;
    of: "everything" | "reasoning" | "tool_output" | "message_beginning" | "taken_back" | "brought_back";
    characters: number;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  })[];
  next_after_seq?: number | null;
}

export type JsonElementMap = Record<string, unknown>;

export interface KeyInput {
  api_key?: string | null;
  key?: string | null;
}

export interface KeyState {
  provider_id: string;
  configured: boolean;
}

export interface KeyStored {
  ok: boolean;
  provider_id: string;
  kept_in: string;
  hidden_by?: string | null;
}

export interface LoggedIn {
  ok: boolean;
}

export interface LoginPoll {
  device_code?: string | null;
  interval?: number | null;
  expires_in?: number | null;
}

export interface MakeSigninLink {
  remote?: boolean;
}

export interface McpCall {
  tool?: string | null;
  arguments?: unknown;
  session_id?: unknown;
  approve_all?: boolean;
}

export interface McpCallResult {
  content: unknown[];
  output: string;
  text: string;
  structuredContent?: unknown;
  isError?: boolean | null;
}

export interface McpCategoryList {
  categories: ({
    id: string;
    name: string;
    icon: string;
    count: number;
  })[];
}

export interface McpCuratedDetail {
  server: {
    id: string;
    name: string;
    description: string;
    author: string;
    category: string;
    security_level: string;
    verified: boolean;
    tools: string[];
    homepage?: string | null;
  };
  security_warnings: string[];
  recommended_config?: {
    name?: string | null;
    transport?: string | null;
    url?: string | null;
    command?: string[] | null;
    cwd?: string | null;
    env?: Record<string, string> | null;
    headers?: Record<string, string> | null;
    auth?: {
      type: string;
      token_ref?: string | null;
      client_id?: string | null;
      scopes?: string[] | null;
      issuer?: string | null;
    } | null;
    protocol_version?: string | null;
    enabled?: boolean | null;
    trusted?: boolean | null;
    sandbox?: boolean | null;
    network?: string[] | null;
    writable?: string[] | null;
    hidden_tools?: string[] | null;
  } | null;
  security_level_color: string;
}

export interface McpCuratedList {
  servers: ({
    id: string;
    name: string;
    description: string;
    author: string;
    category: string;
    security_level: string;
    verified: boolean;
    tools: string[];
    homepage?: string | null;
  })[];
  count: number;
}

export interface McpCustomInput {
  name?: string | null;
  url?: string | null;
  allow_localhost?: boolean;
}

export interface McpCustomList {
  servers: ({
    id: string;
    name: string;
    url: string;
    security_level: string;
    added_at: string;
  })[];
  count: number;
}

export interface McpCustomServer {
  id: string;
  name: string;
  url: string;
  security_level: string;
  added_at: string;
}

export interface McpImportInput {
  json?: unknown;
  path?: string | null;
}

export interface McpImported {
  added: string[];
  skipped: string[];
}

export interface McpLogsBody {
  name: string;
  lines: ({
    at: string;
    stream: string;
    text: string;
  })[];
}

export interface McpPromptsBody {
  prompts: ({
    server: string;
    name: string;
    command: string;
    description?: string | null;
    arguments: ({
      name: string;
      required: boolean;
      description?: string | null;
    })[];
  })[];
}

export interface McpServerBody {
  name: string;
  transport: string;
  state: string;
  enabled: boolean;
  origin: string;
  source?: string | null;
  url?: string | null;
  command?: string[] | null;
  cwd?: string | null;
  env?: string[] | null;
  headers?: string[] | null;
  auth?: {
    type: string;
    token_ref?: string | null;
    client_id?: string | null;
    scopes?: string[] | null;
    issuer?: string | null;
  } | null;
  trusted: boolean;
  sandbox?: string | null;
  sandboxed: boolean;
  network?: string[] | null;
  writable?: string[] | null;
  hidden_tools?: string[] | null;
  tools?: number | null;
  resources?: number | null;
  prompts?: number | null;
  error?: string | null;
  warnings?: string[] | null;
  since?: string | null;
  protocol_version?: string | null;
  server_name?: string | null;
  server_version?: string | null;
  pid?: number | null;
  replaced: boolean;
}

export interface McpServerInput {
  name?: string | null;
  transport?: string | null;
  url?: string | null;
  command?: string[] | null;
  cwd?: string | null;
  env?: Record<string, string> | null;
  headers?: Record<string, string> | null;
  auth?: {
    type: string;
    token_ref?: string | null;
    client_id?: string | null;
    scopes?: string[] | null;
    issuer?: string | null;
  } | null;
  protocol_version?: string | null;
  enabled?: boolean | null;
  trusted?: boolean | null;
  sandbox?: boolean | null;
  network?: string[] | null;
  writable?: string[] | null;
  hidden_tools?: string[] | null;
}

export interface McpServersBody {
  servers: ({
    name: string;
    transport: string;
    state: string;
    enabled: boolean;
    origin: string;
    source?: string | null;
    url?: string | null;
    command?: string[] | null;
    cwd?: string | null;
    env?: string[] | null;
    headers?: string[] | null;
    auth?: {
      type: string;
      token_ref?: string | null;
      client_id?: string | null;
      scopes?: string[] | null;
      issuer?: string | null;
    } | null;
    trusted: boolean;
    sandbox?: string | null;
    sandboxed: boolean;
    network?: string[] | null;
    writable?: string[] | null;
    hidden_tools?: string[] | null;
    tools?: number | null;
    resources?: number | null;
    prompts?: number | null;
    error?: string | null;
    warnings?: string[] | null;
    since?: string | null;
    protocol_version?: string | null;
    server_name?: string | null;
    server_version?: string | null;
    pid?: number | null;
    replaced: boolean;
  })[];
  config: string;
  problems?: string[] | null;
  configured?: Record<string, unknown> | null;
}

export interface McpSigninInput {
  token?: string | null;
  client_secret?: string | null;
}

export interface McpSigninStarted {
  server: string;
  needed: boolean;
  expires_in: number;
  url?: string | null;
}

export interface McpSigninState {
  server: string;
  state: string;
  url?: string | null;
  reason?: string | null;
  expires_at?: string | null;
}

export interface McpTest {
  ok: boolean;
  name: string;
  tools: number;
  error?: string | null;
  took: number;
  protocol_version?: string | null;
  server_name?: string | null;
  server_version?: string | null;
  warnings?: string[] | null;
}

export interface McpToolsBody {
  tools: ({
    name: string;
    server: string;
    tool: string;
    title?: string | null;
    description: string;
    inputSchema?: unknown;
    policyName: string;
    wireName?: string | null;
    outputSchema?: unknown;
    annotations?: unknown;
    changed: boolean;
  })[];
  problems?: string[] | null;
}

export interface McpValidateInput {
  url?: string | null;
  allow_localhost?: boolean;
}

export interface McpValidation {
  url: string;
  valid: boolean;
  score: number;
  security_level: string;
  security_level_color: string;
  blocked: boolean;
  requires_confirmation: boolean;
  warnings: string[];
  errors: string[];
}

export interface MemoryInput {
  text?: string | null;
  scope?: string | null;
  workspace?: string | null;
  in_folder: boolean;
}

export interface MemoryList {
  memory: ({
    id: string;
    text: string;
    scope: string;
    by: string;
    untrusted?: string | null;
    noted?: string | null;
    file: string;
  })[];
}

export interface MessageDeltaPayload {
  step: number;
  text: string;
}

export interface MessagePage {
  messages: ({
    id: string;
    session_id: string;
    role: string;
    content: string;
    created_at: string;
    seq: number;
    tool_call_id?: string | null;
    turn_id?: string | null;
  })[];
  next_after_seq?: number | null;
}

export interface MetricsReport {
  timestamp: string;
  metrics: ({
    name: string;
    kind: string;
    unit?: string | null;
    description?: string | null;
    series: ({
      labels: Record<string, string>;
      value: number;
      count?: number | null;
      buckets?: ({
        at_most: number;
        count: number;
      })[] | null;
    })[];
  })[];
}

export interface MintToken {
  name: string;
  scopes?: string[] | null;
  expires_in?: number | null;
}

export interface MintedToken {
  token: string;
  info: {
    id: string;
    name: string;
    kind: string;
    scopes: string[];
    created_at: string;
    created_by: string;
    expires_at?: string | null;
    last_used_at?: string | null;
  };
}

export interface ModelBody {
  id: string;
  name: string;
  provider?: string | null;
  family?: string | null;
  status?: string | null;
  release_date?: string | null;
  context_window?: number | null;
  max_input_tokens?: number | null;
  max_output_tokens?: number | null;
  tokenizer?: string | null;
  input_modalities?: string[] | null;
  output_modalities?: string[] | null;
  supports_tools: boolean;
  supports_vision: boolean;
  supports_reasoning: boolean;
  supports_streaming: boolean;
  supports_caching: boolean;
  supports_structured_output: boolean;
  input_price_1m?: number | null;
  output_price_1m?: number | null;
  cache_read_price_1m?: number | null;
  cache_write_price_1m?: number | null;
  reasoning_price_1m?: number | null;
  request_price?: number | null;
  price_tiers?: ({
    above: number;
    input_price_1m: number;
    output_price_1m: number;
    cache_read_price_1m?: number | null;
    cache_write_price_1m?: number | null;
  })[] | null;
  reasoning_efforts?: string[] | null;
  reasoning_budget_min?: number | null;
  reasoning_budget_max?: number | null;
  max_tools_per_request?: number | null;
  max_parallel_tool_calls?: number | null;
  max_images_per_request?: number | null;
  rate_limit_rpm?: number | null;
  rate_limit_rph?: number | null;
  cache_control_ttl?: string | null;
  configured?: boolean | null;
}

export interface ModelCosts {
  models: ({
    model: string;
    sum: {
      cost_usd: number;
      calls: number;
      unpriced_calls: number;
      input_tokens: number;
      output_tokens: number;
      cached_tokens: number;
      cache_write_tokens: number;
      reasoning_tokens: number;
      estimated_usd: number;
      estimated_calls: number;
      estimated_tokens: number;
      tokens: number;
    };
  })[];
}

export interface ModelFit {
  model: string;
  verdict: string;
  text: string;
  size?: number | null;
  needs?: number | null;
  machine?: {
    total: number;
    available: number;
    video: number;
    video_free: number;
  } | null;
  context?: number | null;
  supports_tools?: boolean | null;
  supports_vision?: boolean | null;
}

export interface ModelList {
  models: ({
    id: string;
    name: string;
    provider?: string | null;
    family?: string | null;
    status?: string | null;
    release_date?: string | null;
    context_window?: number | null;
    max_input_tokens?: number | null;
    max_output_tokens?: number | null;
    tokenizer?: string | null;
    input_modalities?: string[] | null;
    output_modalities?: string[] | null;
    supports_tools: boolean;
    supports_vision: boolean;
    supports_reasoning: boolean;
    supports_streaming: boolean;
    supports_caching: boolean;
    supports_structured_output: boolean;
    input_price_1m?: number | null;
    output_price_1m?: number | null;
    cache_read_price_1m?: number | null;
    cache_write_price_1m?: number | null;
    reasoning_price_1m?: number | null;
    request_price?: number | null;
    price_tiers?: ({
      above: number;
      input_price_1m: number;
      output_price_1m: number;
      cache_read_price_1m?: number | null;
      cache_write_price_1m?: number | null;
    })[] | null;
    reasoning_efforts?: string[] | null;
    reasoning_budget_min?: number | null;
    reasoning_budget_max?: number | null;
    max_tools_per_request?: number | null;
    max_parallel_tool_calls?: number | null;
    max_images_per_request?: number | null;
    rate_limit_rpm?: number | null;
    rate_limit_rph?: number | null;
    cache_control_ttl?: string | null;
    configured?: boolean | null;
  })[];
  note?: string | null;
  catalog?: {
    source: string;
    fetched_at: string;
    checked_at?: string | null;
    is_stale: boolean;
    url?: string | null;
    openrouter_checked_at?: string | null;
    warning?: string | null;
  } | null;
}

export interface MonthlyCosts {
  months: ({
    month: string;
    sum: {
      cost_usd: number;
      calls: number;
      unpriced_calls: number;
      input_tokens: number;
      output_tokens: number;
      cached_tokens: number;
      cache_write_tokens: number;
      reasoning_tokens: number;
      estimated_usd: number;
      estimated_calls: number;
      estimated_tokens: number;
      tokens: number;
    };
  })[];
}

export interface NewConversation {
  modelProviderId: string;
  modelProviderApi: string;
  model: string;
  title?: string | null;
  summary?: string | null;
  tags?: string[] | null;
  agentRole?: string | null;
}

export interface NewMessage {
  message: string;
  modelProviderId?: string | null;
  modelProviderApi?: string | null;
  model?: string | null;
}

export interface NewSession {
  title?: string | null;
  name?: string | null;
  workspace?: string | null;
  workspace_id?: string | null;
  no_workspace?: boolean;
  model?: string | null;
  model_api?: string | null;
  system_prompt?: string | null;
  parent_id?: string | null;
  check_model?: boolean;
}

export interface PendingApprovals {
  approvals: ({
    id: string;
    approval_id: string;
    session_id: string;
    turn_id?: string | null;
    call_id?: string | null;
    agent?: string | null;
    kind: "tool" | "question" | "trust";
    tool: string;
    args?: unknown;
    touches: string[];
    binding?: string | null;
    review?: {
      opinion: string;
      text: string;
      model: string;
    } | null;
    summary: string;
    preview?: string | null;
    preview_kind: "none" | "command" | "diff" | "text";
    reason: string;
    risk_level: "low" | "medium" | "high";
    rule?: string | null;
    pattern?: string | null;
    folder_grant?: string | null;
    proposal?: {
      rule: string;
      scope: string;
      workspace: string;
      days: number;
      approvals: number;
      would_cover: string[];
      would_not_cover: ({
        call: string;
        decision: string;
        reason: string;
      })[];
    } | null;
    choices: string[];
    created_at: string;
    expires_at?: string | null;
  })[];
  count: number;
}

export interface PinInput {
  text?: string | null;
  session_id?: string | null;
  workspace?: string | null;
  expires_at?: string | null;
  pinned_by?: string | null;
}

export interface PinsBody {
  pins: ({
    id: string;
    text: string;
    enforced: boolean;
    decision?: string | null;
    about: string[];
    says: string;
    pinned_by: string;
    created_at: string;
    session_id?: string | null;
    workspace?: string | null;
    expires_at?: string | null;
  })[];
}

export interface PolicyFileBody {
  name: string;
  path: string;
  description?: string | null;
  always: boolean;
  problems: ({
    line: number;
    column: number;
    message: string;
  })[];
  text?: string | null;
}

export interface PolicyFileList {
  folder: string;
  policies: ({
    name: string;
    path: string;
    description?: string | null;
    always: boolean;
    problems: ({
      line: number;
      column: number;
      message: string;
    })[];
    text?: string | null;
  })[];
}

export interface PolicyOverview {
  modes: ({
    name: string;
    says: string;
    is_default: boolean;
  })[];
  layers: ({
    name: string;
    says: string;
    holds: boolean;
  })[];
  files: {
    folder: string;
    loaded: string[];
  };
}

export interface PolicyStatus {
  mode: string;
  floor: boolean;
  sandbox: string;
  grants: number;
}

export interface PolicyText {
  text?: string | null;
  name?: string | null;
  since?: string | null;
  workspace?: string | null;
}

export interface Pricing {
  models: ({
    provider: string;
    model: string;
    name?: string | null;
    price?: {
      input: number;
      output: number;
      cache_read?: number | null;
      cache_write?: number | null;
      reasoning?: number | null;
      request: number;
      tiers: ({
        above: number;
        price: {
          input: number;
          output: number;
          cache_read?: number | null;
          cache_write?: number | null;
          reasoning?: number | null;
          request: number;
          tiers: NonNullable<NonNullable<NonNullable<Pricing['models']>[number]['price']>['tiers']>;
        };
      })[];
    } | null;
  })[];
}

export interface ProviderBody {
  id: string;
  name: string;
  requires_api_key: boolean;
  configured: boolean;
  active: boolean;
  added: boolean;
  key_source?: string | null;
  key_variable?: string | null;
  signin_ended: boolean;
  base_url?: string | null;
  local: boolean;
  oauth: boolean;
  wire?: string | null;
  supports_byok: boolean;
  supports_bundled: boolean;
  default_model?: string | null;
  key_variables?: string[] | null;
  constraint_sources?: string[] | null;
  health?: {
    provider: string;
    state: string;
    failures: number;
    last_success_at?: string | null;
    last_failure_at?: string | null;
    last_error?: string | null;
    try_at?: string | null;
  } | null;
}

export interface ProviderEnvironment {
  version: string;
  providers: string[];
  base_urls: Record<string, string>;
  salt: string;
  own?: ({
    id: string;
    key_variables: string[];
    base_url_variables: string[];
  })[] | null;
}

export interface ProviderList {
  providers: ({
    id: string;
    name: string;
    requires_api_key: boolean;
    configured: boolean;
    active: boolean;
    added: boolean;
    key_source?: string | null;
    key_variable?: string | null;
    signin_ended: boolean;
    base_url?: string | null;
    local: boolean;
    oauth: boolean;
    wire?: string | null;
    supports_byok: boolean;
    supports_bundled: boolean;
    default_model?: string | null;
    key_variables?: string[] | null;
    constraint_sources?: string[] | null;
    health?: {
      provider: string;
      state: string;
      failures: number;
      last_success_at?: string | null;
      last_failure_at?: string | null;
      last_error?: string | null;
      try_at?: string | null;
    } | null;
  })[];
  active?: string | null;
  warning?: string | null;
}

export interface ProviderRemoved {
  ok: boolean;
  provider_id: string;
  was_configured: boolean;
  key_removed: boolean;
  signed_out: boolean;
  was_active: boolean;
  still_set?: string | null;
}

export interface ProviderTest {
  ok: boolean;
  provider_id: string;
  name: string;
  verdict: string;
  latency_ms: number;
  models?: number | null;
  reason?: string | null;
  account?: {
    label?: string | null;
    used?: number | null;
    limit?: number | null;
    remaining?: number | null;
    is_free_tier: boolean;
  } | null;
}

export interface ProviderTried {
  test: {
    ok: boolean;
    provider_id: string;
    name: string;
    verdict: string;
    latency_ms: number;
    models?: number | null;
    reason?: string | null;
    account?: {
      label?: string | null;
      used?: number | null;
      limit?: number | null;
      remaining?: number | null;
      is_free_tier: boolean;
    } | null;
  };
  models: string[];
  model?: string | null;
}

export interface ProviderUsed {
  ok: boolean;
  model_provider: string;
  model_name: string;
  note?: string | null;
}

export interface PryxEvent {
  type: string;
  event: string;
  session_id?: string | null;
  turn_id?: string | null;
  surface?: string | null;
  payload?: unknown;
  item?: {
    type: "user_message";
    text: string;
    attachments: ({
      media_type: string;
      base64: string;
      name?: string | null;
    })[];
    is_steering: boolean;
    expansion?: string | null;
    mentions?: ({
      name: string;
      arguments: string;
    })[] | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "reply";
    text: string;
    opaque?: {
      wire: string;
      data: string;
    } | null;
    is_partial: boolean;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "reasoning";
    text: string;
    opaque?: {
      wire: string;
      data: string;
    } | null;
    tokens?: number | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "tool_call";
    call_id: string;
    name: string;
    tool: string;
    arguments: string;
    opaque?: {
      wire: string;
      data: string;
    } | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "tool_result";
    call_id: string;
    status: "completed" | "failed" | "denied" | "cancelled" | "interrupted";
    output: string;
    duration_ms: number;
    attachments: ({
      media_type: string;
      base64: string;
      name?: string | null;
    })[];
    command?: {
      exit_code: number;
      timed_out: boolean;
      stdout_length: number;
      stderr_length: number;
    } | null;
    full_output_path?: string | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "approval";
    approval_id: string;
    call_id?: string | null;
    approved: boolean;
    scope: string;
    answered_by?: string | null;
    reason?: string | null;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "notice";
    kind: string;
    text: string;
    is_for_model: boolean;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  } | {
    type: "summary";
    text: string;
    from_seq: number;
    to_seq: number;
    of: "everything" | "reasoning" | "tool_output" | "message_beginning" | "taken_back" | "brought_back";
    characters: number;
    id: string;
    seq: number;
    turn_id?: string | null;
    step: number;
    created_at: string;
    provenance: "user" | "workspace" | "model" | "tool" | "untrusted";
    source?: string | null;
  };
  timestamp: string;
  version: number;
}

export interface PullModel {
  model?: string | null;
  force?: boolean;
}

export interface Readiness {
  ready: boolean;
}

export interface RemoteAddress {
  url?: string | null;
}

export interface RewindInput {
  to?: number | null;
  what?: string | null;
  force?: boolean;
  paths?: string[] | null;
}

export interface RotateToken {
  all?: boolean;
}

export interface RotatedToken {
  rotated_at: string;
  revoked: number;
}

export interface SearchPage {
  query: string;
  results: ({
    session_id: string;
    title: string;
    updated_at: string;
    item_type: string;
    snippet: string;
  })[];
  count: number;
}

export interface SendMessage {
  content?: string | null;
  message?: string | null;
  text?: string | null;
  attachments?: ({
    media_type: string;
    base64: string;
    name?: string | null;
  })[] | null;
  model?: string | null;
  model_api?: string | null;
  effort?: string | null;
  mode?: string | null;
  delivery?: "steer" | "queue";
  policy?: string | null;
  allow?: string[] | null;
  approve_all?: boolean;
  max_steps?: number | null;
  max_cost_usd?: number | null;
  timeout_s?: number | null;
  approval_timeout_s?: number | null;
  output_schema?: unknown;
  external_id?: string | null;
  principal?: string | null;
}

export interface SessionBody {
  id: string;
  title: string;
  status: string;
  workspace?: string | null;
  model?: string | null;
  model_api?: string | null;
  system_prompt?: string | null;
  mode?: string | null;
  parent_id?: string | null;
  created_at: string;
  updated_at: string;
  usage: {
    input: number;
    output: number;
    cached: number;
    cache_write: number;
    reasoning: number;
  };
  total_cost_usd: number;
  estimated_cost_usd: number;
  budget_usd?: number | null;
  message_count: number;
  archived_at?: string | null;
  summary?: string | null;
  createdAt: string;
  updatedAt: string;
  messageCount: number;
  snippet?: string | null;
  source_session_id?: string | null;
  new_session_id?: string | null;
}

export interface SessionCost {
  session_id: string;
  total: {
    cost_usd: number;
    calls: number;
    unpriced_calls: number;
    input_tokens: number;
    output_tokens: number;
    cached_tokens: number;
    cache_write_tokens: number;
    reasoning_tokens: number;
    estimated_usd: number;
    estimated_calls: number;
    estimated_tokens: number;
    tokens: number;
  };
  models: ({
    model: string;
    sum: {
      cost_usd: number;
      calls: number;
      unpriced_calls: number;
      input_tokens: number;
      output_tokens: number;
      cached_tokens: number;
      cache_write_tokens: number;
      reasoning_tokens: number;
      estimated_usd: number;
      estimated_calls: number;
      estimated_tokens: number;
      tokens: number;
    };
  })[];
}

export interface SessionCosts {
  sessions: ({
    session_id: string;
    title?: string | null;
    last_at: string;
    sum: {
      cost_usd: number;
      calls: number;
      unpriced_calls: number;
      input_tokens: number;
      output_tokens: number;
      cached_tokens: number;
      cache_write_tokens: number;
      reasoning_tokens: number;
      estimated_usd: number;
      estimated_calls: number;
      estimated_tokens: number;
      tokens: number;
    };
  })[];
}

export interface SessionList {
  sessions: ({
    id: string;
    title: string;
    status: string;
    workspace?: string | null;
    model?: string | null;
    model_api?: string | null;
    system_prompt?: string | null;
    mode?: string | null;
    parent_id?: string | null;
    created_at: string;
    updated_at: string;
    usage: {
      input: number;
      output: number;
      cached: number;
      cache_write: number;
      reasoning: number;
    };
    total_cost_usd: number;
    estimated_cost_usd: number;
    budget_usd?: number | null;
    message_count: number;
    archived_at?: string | null;
    summary?: string | null;
    createdAt: string;
    updatedAt: string;
    messageCount: number;
    snippet?: string | null;
    source_session_id?: string | null;
    new_session_id?: string | null;
  })[];
  next_cursor?: string | null;
}

export interface SessionMode {
  mode?: string | null;
}

export interface SessionSummaryBody {
  session_id: string;
  summary: string;
}

export interface SessionUpdatedPayload {
  title: string;
  status: string;
  model?: string | null;
  mode?: string | null;
}

export interface SetBudget {
  turn_usd?: number | null;
  session_usd?: number | null;
  daily_usd?: number | null;
  monthly_usd?: number | null;
  action?: string | null;
  warn_percent?: number | null;
}

export interface SetSessionBudget {
  limit_usd?: number | null;
}

export interface SetupAnswer {
  setup: {
    ready: boolean;
    complete: boolean;
    steps: ({
      id: string;
      title: string;
      required: boolean;
      state: string;
      summary: string;
      next?: string | null;
      found: ({
        kind: string;
        id: string;
        name: string;
        source?: string | null;
        variable?: string | null;
        url?: string | null;
        models?: string[] | null;
        model?: string | null;
        about?: string | null;
        active: boolean;
      })[];
      changed_at?: string | null;
      workspace?: string | null;
      mode?: string | null;
    })[];
    model?: string | null;
    why?: string | null;
    next?: string | null;
    hint?: string | null;
    dismissed: boolean;
  };
  tried?: {
    test: {
      ok: boolean;
      provider_id: string;
      name: string;
      verdict: string;
      latency_ms: number;
      models?: number | null;
      reason?: string | null;
      account?: {
        label?: string | null;
        used?: number | null;
        limit?: number | null;
        remaining?: number | null;
        is_free_tier: boolean;
      } | null;
    };
    models: string[];
    model?: string | null;
  } | null;
  kept_in?: string | null;
  note?: string | null;
}

export interface SetupBody {
  ready: boolean;
  complete: boolean;
  steps: ({
    id: string;
    title: string;
    required: boolean;
    state: string;
    summary: string;
    next?: string | null;
    found: ({
      kind: string;
      id: string;
      name: string;
      source?: string | null;
      variable?: string | null;
      url?: string | null;
      models?: string[] | null;
      model?: string | null;
      about?: string | null;
      active: boolean;
    })[];
    changed_at?: string | null;
    workspace?: string | null;
    mode?: string | null;
  })[];
  model?: string | null;
  why?: string | null;
  next?: string | null;
  hint?: string | null;
  dismissed: boolean;
}

export interface SetupInput {
  action?: string | null;
  provider?: string | null;
  api_key?: string | null;
  model?: string | null;
  endpoint?: string | null;
  workspace?: string | null;
  mode?: string | null;
  force?: boolean;
}

export interface SetupReady {
  ready: boolean;
  model?: string | null;
  why?: string | null;
  hint?: string | null;
}

export interface ShownCommand {
  name: string;
  origin: string;
  path: string;
  body: string;
  description?: string | null;
  argument_hint?: string | null;
  allowed_tools?: string[] | null;
  model?: string | null;
  agent?: string | null;
}

export interface ShownMemory {
  id: string;
  text: string;
  scope: string;
  by: string;
  untrusted?: string | null;
  noted?: string | null;
  file: string;
}

export interface ShownPin {
  id: string;
  text: string;
  enforced: boolean;
  decision?: string | null;
  about: string[];
  says: string;
  pinned_by: string;
  created_at: string;
  session_id?: string | null;
  workspace?: string | null;
  expires_at?: string | null;
}

export interface ShownReport {
  skill: {
    id: string;
    title: string;
    description: string;
    source: string;
    path: string;
    enabled: boolean;
    eligible: boolean;
    missing: string[];
    requires: {
      bins: string[];
      any_bins: string[];
      env: string[];
      config: string[];
      os: string[];
    };
    install: ({
      id: string;
      kind: string;
      label?: string | null;
      command: string;
      why_not?: string | null;
      bins: string[];
    })[];
    emoji?: string | null;
    type?: string | null;
    endpoint?: string | null;
    auth?: string | null;
    license?: string | null;
    compatibility?: string | null;
    argument_hint?: string | null;
    allowed_tools: string[];
    model_invocable: boolean;
    user_invocable: boolean;
    shadows: string[];
    has_body: boolean;
  };
  source: string;
  findings: ({
    level: string;
    rule: string;
    file: string;
    line: number;
    message: string;
    excerpt?: string | null;
  })[];
  hosts: string[];
  scripts: string[];
  files: string[];
  fingerprint: string;
  dangerous: boolean;
}

export interface ShownSkill {
  id: string;
  title: string;
  description: string;
  source: string;
  path: string;
  enabled: boolean;
  eligible: boolean;
  missing: string[];
  requires: {
    bins: string[];
    any_bins: string[];
    env: string[];
    config: string[];
    os: string[];
  };
  install: ({
    id: string;
    kind: string;
    label?: string | null;
    command: string;
    why_not?: string | null;
    bins: string[];
  })[];
  emoji?: string | null;
  type?: string | null;
  endpoint?: string | null;
  auth?: string | null;
  license?: string | null;
  compatibility?: string | null;
  argument_hint?: string | null;
  allowed_tools: string[];
  model_invocable: boolean;
  user_invocable: boolean;
  shadows: string[];
  has_body: boolean;
}

export interface SigninLink {
  url: string;
  expires_at: string;
}

export interface SigninStarted {
  provider: string;
  method: string;
  expires_in: number;
  url: string;
  user_code?: string | null;
}

export interface SigninState {
  provider: string;
  state: string;
  url?: string | null;
  user_code?: string | null;
  reason?: string | null;
  expires_at?: string | null;
}

export interface SimulatedPolicy {
  since: string;
  calls: number;
  not_judged: number;
  allow: number;
  ask: number;
  deny: number;
  would_block: number;
  prompts_saved: number;
  prompts_added: number;
  changes: ({
    tool: string;
    summary: string;
    was: string;
    becomes: string;
    rule: string;
    count: number;
    last: string;
  })[];
}

export interface SkillBody {
  body: string;
}

export interface SkillDone {
  ok: boolean;
  changed: boolean;
}

export interface SkillInput {
  id?: string | null;
  name?: string | null;
  from?: string | null;
  folder?: string | null;
  workspace?: string | null;
  fingerprint?: string | null;
  force?: boolean;
}

export interface SkillInstalled {
  ok: boolean;
  skill: {
    id: string;
    title: string;
    description: string;
    source: string;
    path: string;
    enabled: boolean;
    eligible: boolean;
    missing: string[];
    requires: {
      bins: string[];
      any_bins: string[];
      env: string[];
      config: string[];
      os: string[];
    };
    install: ({
      id: string;
      kind: string;
      label?: string | null;
      command: string;
      why_not?: string | null;
      bins: string[];
    })[];
    emoji?: string | null;
    type?: string | null;
    endpoint?: string | null;
    auth?: string | null;
    license?: string | null;
    compatibility?: string | null;
    argument_hint?: string | null;
    allowed_tools: string[];
    model_invocable: boolean;
    user_invocable: boolean;
    shadows: string[];
    has_body: boolean;
  };
  report: {
    skill: {
      id: string;
      title: string;
      description: string;
      source: string;
      path: string;
      enabled: boolean;
      eligible: boolean;
      missing: NonNullable<NonNullable<SkillInstalled['skill']>['missing']>;
      requires: NonNullable<NonNullable<SkillInstalled['skill']>['requires']>;
      install: NonNullable<NonNullable<SkillInstalled['skill']>['install']>;
      emoji?: string | null;
      type?: string | null;
      endpoint?: string | null;
      auth?: string | null;
      license?: string | null;
      compatibility?: string | null;
      argument_hint?: string | null;
      allowed_tools: NonNullable<NonNullable<SkillInstalled['skill']>['allowed_tools']>;
      model_invocable: boolean;
      user_invocable: boolean;
      shadows: NonNullable<NonNullable<SkillInstalled['skill']>['shadows']>;
      has_body: boolean;
    };
    source: string;
    findings: ({
      level: string;
      rule: string;
      file: string;
      line: number;
      message: string;
      excerpt?: string | null;
    })[];
    hosts: string[];
    scripts: string[];
    files: string[];
    fingerprint: string;
    dangerous: boolean;
  };
}

export interface SkillList {
  skills: ({
    id: string;
    title: string;
    description: string;
    source: string;
    path: string;
    enabled: boolean;
    eligible: boolean;
    missing: string[];
    requires: {
      bins: string[];
      any_bins: string[];
      env: string[];
      config: string[];
      os: string[];
    };
    install: ({
      id: string;
      kind: string;
      label?: string | null;
      command: string;
      why_not?: string | null;
      bins: string[];
    })[];
    emoji?: string | null;
    type?: string | null;
    endpoint?: string | null;
    auth?: string | null;
    license?: string | null;
    compatibility?: string | null;
    argument_hint?: string | null;
    allowed_tools: string[];
    model_invocable: boolean;
    user_invocable: boolean;
    shadows: string[];
    has_body: boolean;
  })[];
  broken: ({
    id: string;
    source: string;
    file: string;
    line: number;
    message: string;
  })[];
  warning?: string | null;
}

export interface SpawnAgent {
  task?: string | null;
  context?: string | null;
  session_id?: string | null;
  model?: string | null;
  policy?: string | null;
  agent?: string | null;
  workspace?: string | null;
  worktree?: boolean;
}

export interface StartProcess {
  command?: string | null;
  name?: string | null;
  tags?: string[] | null;
  global?: boolean;
  session_id?: string | null;
  workspace?: string | null;
  mode?: string | null;
  output_config?: {
    buffer_lines?: number;
    circular_buffer_size?: number;
    error_patterns?: string[];
    summary_interval?: string | null;
  } | null;
  network?: string[] | null;
  outside_sandbox?: boolean;
  approve_all?: boolean;
}

export interface StartSignin {
  device?: boolean;
  client_id?: string | null;
  client_secret?: string | null;
}

export interface StepCompletedPayload {
  step: number;
  model: string;
  usage: {
    input: number;
    output: number;
    cached: number;
    cache_write: number;
    reasoning: number;
  };
  cost_usd?: number | null;
  latency_ms: number;
  finish_reason?: string | null;
  provider_request_id?: string | null;
  context?: {
    model: string;
    system: number;
    tools: number;
    history: number;
    reasoning: number;
    attachments: number;
    summaries: number;
    used: number;
    window: number;
    is_window_known: boolean;
    reply_reserve: number;
    reasoning_used: number;
    reasoning_limit?: number | null;
    last_counted?: number | null;
    last_estimated?: number | null;
    percent: number;
    level?: string | null;
  } | null;
  is_cost_reported: boolean;
}

export interface StepRetryingPayload {
  step: number;
  attempt: number;
  delay_ms: number;
  reason: string;
}

export interface StoppedEverything {
  turns: number;
  queued: number;
  agents: number;
}

export interface StoppedProcesses {
  ids: string[];
}

export interface TelemetryChange {
  enabled?: boolean | null;
  endpoint?: string | null;
  tier?: number | null;
  sampling_ratio?: number | null;
  debug?: boolean | null;
  otlp_endpoint?: string | null;
}

export interface TelemetryExport {
  endpoint?: string | null;
  events: ({
    tier: number;
    created_at: string;
    sent_at?: string | null;
    event: {
      device_id: string;
      session_id: string;
      event_type: string;
      timestamp: number;
      pryx_version: string;
      os: string;
      surface: string;
      payload?: unknown;
    };
  })[];
}

export interface TelemetryStatus {
  enabled: boolean;
  tier: number;
  endpoint?: string | null;
  sampling_ratio: number;
  events: string[];
  waiting: number;
  sent: number;
  disabled_by?: string | null;
  debug_until?: string | null;
  last_sent_at?: string | null;
  last_error?: string | null;
  otlp: {
    endpoint?: string | null;
    exported: number;
    dropped: number;
    last_error?: string | null;
  };
}

export interface TestHooks {
  workspace?: string | null;
  event?: string | null;
  tool?: string | null;
  input?: unknown;
  text?: string | null;
}

export interface TestProvider {
  api_key?: string | null;
}

export interface TestedHooks {
  runs: ({
    hook: {
      event: string;
      matcher: string;
      command: string;
      timeout_s: number;
      source: string;
      file: string;
      network: string[];
    };
    exit_code?: number | null;
    decision: string;
    reason?: string | null;
    context?: string | null;
    stops?: string | null;
    stdout: string;
    stderr: string;
    duration_ms: number;
  })[];
  input: string;
}

export interface TestedPolicy {
  name: string;
  passed: number;
  failed: number;
  results: ({
    line: number;
    tool: string;
    args: string;
    expected: string;
    decision: string;
    passed: boolean;
    rule: string;
    reason: string;
  })[];
}

export interface ToolCompletePayload {
  call_id: string;
  tool: string;
  name: string;
  status: string;
  result: string;
  duration_ms: number;
}

export interface ToolExecutingPayload {
  call_id: string;
  tool: string;
  name: string;
  summary: string;
}

export interface ToolOutputPayload {
  call_id: string;
  stream: string;
  text: string;
}

export interface ToolRequestPayload {
  call_id: string;
  tool: string;
  name: string;
  args?: unknown;
  decision: string;
  rule: string;
  reason: string;
  summary: string;
  next?: string | null;
}

export interface TraceList {
  traces: ({
    trace_id: string;
    session_id: string;
    turn_id: string;
    status: string;
    error?: string | null;
    started_at: string;
    duration_ms?: number | null;
    model?: string | null;
    surface?: string | null;
    steps?: number | null;
    input_tokens?: number | null;
    output_tokens?: number | null;
    cost_usd?: number | null;
  })[];
  next_cursor?: string | null;
}

export interface TraceTree {
  trace_id: string;
  session_id: string;
  turn_id: string;
  span_count: number;
  spans: ({
    span_id: string;
    kind: string;
    name: string;
    status: string;
    error?: string | null;
    started_at: string;
    duration_ms?: number | null;
    attributes: {
      'gen_ai.operation.name'?: string | null;
      'gen_ai.agent.name'?: string | null;
      'gen_ai.conversation.id'?: string | null;
      'gen_ai.provider.name'?: string | null;
      'gen_ai.request.model'?: string | null;
      'gen_ai.usage.input_tokens'?: number | null;
      'gen_ai.usage.output_tokens'?: number | null;
      'gen_ai.usage.cache_read.input_tokens'?: number | null;
      'gen_ai.usage.cache_creation.input_tokens'?: number | null;
      'gen_ai.usage.reasoning.output_tokens'?: number | null;
      'gen_ai.response.finish_reasons'?: string[] | null;
      'gen_ai.tool.name'?: string | null;
      'gen_ai.tool.call.id'?: string | null;
      'gen_ai.tool.type'?: string | null;
      'error.type'?: string | null;
      'pryx.turn.id'?: string | null;
      'pryx.turn.outcome'?: string | null;
      'pryx.turn.steps'?: number | null;
      'pryx.step'?: number | null;
      'pryx.surface'?: string | null;
      'pryx.tool.status'?: string | null;
      'pryx.approval.state'?: string | null;
      'pryx.approval.scope'?: string | null;
      'pryx.cost_usd'?: number | null;
      'pryx.provider.request_id'?: string | null;
    };
    children: NonNullable<TraceTree['spans']>[number][];
  })[];
}

export interface TrustCard {
  workspace: string;
  fingerprint: string;
  brings: ({
    path: string;
    effect: string;
    preview?: string | null;
  })[];
}

export interface TryProvider {
  provider?: string | null;
  api_key?: string | null;
  endpoint?: string | null;
}

export interface Turn {
  id: string;
  session_id: string;
  status: "running" | "completed" | "failed" | "cancelled" | "limited" | "queued" | "parked";
  model: string;
  surface?: string | null;
  steps: number;
  queued_at?: string | null;
  started_at: string;
  completed_at?: string | null;
  error_code?: string | null;
  error_message?: string | null;
}

export interface TurnAccepted {
  id: string;
  turn_id: string;
  session_id: string;
  status: "running" | "completed" | "failed" | "cancelled" | "limited" | "queued" | "parked";
  model: string;
  surface?: string | null;
  steps: number;
  started_at: string;
}

export interface TurnEndedPayload {
  outcome: string;
  code?: string | null;
  message?: string | null;
  steps: number;
  usage: {
    input: number;
    output: number;
    cached: number;
    cache_write: number;
    reasoning: number;
  };
  cost_usd?: number | null;
  denied_for_want_of_person: number;
  trace_id?: string | null;
  estimated_cost_usd?: number | null;
  agents?: {
    count: number;
    cost_usd?: number | null;
  } | null;
}

export interface TurnPage {
  turns: ({
    id: string;
    session_id: string;
    status: "running" | "completed" | "failed" | "cancelled" | "limited" | "queued" | "parked";
    model: string;
    surface?: string | null;
    steps: number;
    queued_at?: string | null;
    started_at: string;
    completed_at?: string | null;
    error_code?: string | null;
    error_message?: string | null;
  })[];
}

export interface TurnParkedPayload {
  approvals: unknown[];
  message: string;
}

export interface TurnQueuedPayload {
  model: string;
  ahead: number;
}

export interface TurnReport {
  turnId: string;
  conversationId: string;
  status: string;
  startedAt: string;
  completedAt?: string | null;
  result?: {
    type: string;
    role: string;
    content: string;
  } | null;
  thinking: ({
    text: string;
  })[];
  toolCalls: ({
    name: string;
    callId: string;
    input?: unknown;
    output?: string | null;
  })[];
  modelProviderId: string;
  modelProviderApi: string;
  model: string;
}

export interface TurnStartedPayload {
  model: string;
  is_resumed: boolean;
}

export interface TurnStopped {
  stopped: boolean;
  turn_id: unknown;
}

export interface UndoInput {
  turn?: number | null;
  force?: boolean;
  paths?: string[] | null;
}

export interface UndoneBody {
  kind: string;
  preview: boolean;
  turns: number[];
  workspace: string;
  changed: ({
    path: string;
    action: string;
    bytes?: number | null;
    note?: string | null;
  })[];
  left: ({
    path: string;
    why: string;
    is_conflict: boolean;
  })[];
  notes: string[];
  conversation: boolean;
}

export interface UndonePayload {
  checkpoint: string;
  kind: string;
  turns: number[];
  paths: string[];
  count: number;
  left: string[];
  conversation: boolean;
}

export interface UseProvider {
  model?: string | null;
}

export interface WaitingInputs {
  inputs: ({
    id: string;
    turn_id?: string | null;
    text: string;
    delivery: "steer" | "queue";
    attachments: number;
    surface: string;
    created_at: string;
  })[];
}

export interface WordList {
  commands: ({
    name: string;
    kind: string;
    description: string;
    argument_hint?: string | null;
    origin?: string | null;
    path?: string | null;
  })[];
  broken: ({
    name: string;
    path: string;
    message: string;
  })[];
}

export interface WorkspaceBody {
  id: string;
  name: string;
  path: string;
  trusted_at?: string | null;
}

export interface WorkspaceList {
  workspaces: ({
    id: string;
    name: string;
    path: string;
    trusted_at?: string | null;
  })[];
}

export type EventName =
  | 'agent.ended'
  | 'agent.started'
  | 'approval.needed'
  | 'approval.resolved'
  | 'approval.reviewed'
  | 'budget.exceeded'
  | 'budget.warning'
  | 'error.occurred'
  | 'grant.added'
  | 'grant.revoked'
  | 'item.added'
  | 'memory.summarize_request'
  | 'memory.summarized'
  | 'memory.warning'
  | 'message.delta'
  | 'pin.added'
  | 'pin.removed'
  | 'process.ended'
  | 'process.started'
  | 'reasoning.delta'
  | 'session.archived'
  | 'session.created'
  | 'session.deleted'
  | 'session.message'
  | 'session.rewound'
  | 'session.typing'
  | 'session.updated'
  | 'step.completed'
  | 'step.retrying'
  | 'tool.complete'
  | 'tool.executing'
  | 'tool.output'
  | 'tool.request'
  | 'trace.event'
  | 'turn.cancelled'
  | 'turn.completed'
  | 'turn.failed'
  | 'turn.limited'
  | 'turn.parked'
  | 'turn.queued'
  | 'turn.started'
  | 'workspace.redone'
  | 'workspace.undone';
