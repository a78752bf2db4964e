-- Every model call, also one that failed, was cut off or was lost with its process.
ALTER TABLE usage ADD COLUMN kind TEXT NOT NULL DEFAULT 'step';          -- step | summary | title
ALTER TABLE usage ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE usage ADD COLUMN error TEXT;                                  -- PROVIDER_… | STOPPED | UNKNOWN (its process died); null for a whole reply
ALTER TABLE usage ADD COLUMN is_estimate INTEGER NOT NULL DEFAULT 0;      -- 1: the provider sent no count; its tokens and estimated_usd are our estimate, and cost_usd is 0
ALTER TABLE usage ADD COLUMN estimated_usd REAL NOT NULL DEFAULT 0;
ALTER TABLE usage ADD COLUMN price TEXT;                                  -- JSON of the prices that were used; null: unknown, or from before this column
ALTER TABLE usage ADD COLUMN budget_nano INTEGER NOT NULL DEFAULT 0;      -- what it counts for budgets, in billionths of a USD: without a provider's count its worst case
UPDATE usage SET budget_nano = CAST(ROUND(cost_usd * 1000000000) AS INTEGER) WHERE cost_usd IS NOT NULL;
DROP INDEX usage_by_time;
DROP INDEX usage_by_turn;
DROP INDEX usage_by_session;
-- With the amount, so that a sum reads the index alone.
CREATE INDEX usage_by_time ON usage(created_at, budget_nano);
CREATE INDEX usage_by_turn ON usage(turn_id, budget_nano);
CREATE INDEX usage_by_session ON usage(session_id, budget_nano);

ALTER TABLE sessions ADD COLUMN estimated_cost_usd REAL NOT NULL DEFAULT 0;   -- beside total_cost_usd
ALTER TABLE sessions ADD COLUMN budget_usd REAL;                              -- null: the configured one; 0: none

-- What calls that are under way may cost at most. A row ends with the call's record.
CREATE TABLE reservations (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,                    -- the process, as in turns
    session_id TEXT NOT NULL,
    turn_id    TEXT NOT NULL,
    step       INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    provider   TEXT NOT NULL,
    model      TEXT NOT NULL,
    price      TEXT NOT NULL,
    tokens_in  INTEGER NOT NULL,                 -- estimated
    nano       INTEGER NOT NULL,
    created_at TEXT NOT NULL
);

-- What a person has allowed beyond a limit.
CREATE TABLE budget_raises (
    id         TEXT PRIMARY KEY,                 -- of the answer: the same one counts once
    scope      TEXT NOT NULL,                    -- turn | session | day | month
    key        TEXT NOT NULL,                    -- its id, or the UTC day or month
    usd        REAL NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX budget_raises_by_scope ON budget_raises(scope, key);

-- Models without a known price that a person lets run in a session though a budget is set.
CREATE TABLE price_waivers (
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    model      TEXT NOT NULL,                    -- provider/model
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (session_id, model)
);

-- Said once for each limit and period.
CREATE TABLE budget_notices (
    kind       TEXT NOT NULL,                    -- warning | exceeded
    scope      TEXT NOT NULL,
    key        TEXT NOT NULL,
    limit_nano INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (kind, scope, key, limit_nano)
);
