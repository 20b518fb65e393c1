-- The log: one row per recorded event, never updated, never deleted.
CREATE TABLE events (
    position       INTEGER PRIMARY KEY,  -- in the log: 1, 2, 3 … without gaps
    stream         TEXT    NOT NULL,
    revision       INTEGER NOT NULL,     -- in the stream: 0, 1, 2 …
    event_id       BLOB    NOT NULL,     -- UUIDv5 of command id and index
    event_type     TEXT    NOT NULL,
    schema_version INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL,     -- microseconds since 1970, UTC
    metadata       BLOB    NOT NULL,     -- JSON: actor, command_id, causation_id, correlation_id
    data           BLOB    NOT NULL,     -- what happened, usually JSON
    prev_hash      BLOB    NOT NULL,     -- `hash` of the stream's event before; zeros for the first
    hash           BLOB    NOT NULL,     -- SHA-256 over prev_hash and every column but position
    UNIQUE (stream, revision),
    UNIQUE (event_id)                    -- in the whole log, so also within a stream
) STRICT;

-- What the log knows about itself.
CREATE TABLE log (
    only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
    store_id     BLOB    NOT NULL,       -- travels with every position
    end_position INTEGER NOT NULL        -- the last event acknowledged; a shorter table has lost some
) STRICT;
