-- Ids are indexed by segments of the log, 4,096 positions each, not all together: an id is in no order, so in one index
-- of all of them every new event would change a page of its own, the slower the longer the log.
CREATE TABLE segmented_events (
    position       INTEGER PRIMARY KEY,  -- in the log: 1, 2, 3 … without gaps
    stream         TEXT    NOT NULL,
    revision       INTEGER NOT NULL,     -- in the stream: 0, 1, 2 …
    event_id       BLOB    NOT NULL,     -- UUIDv5 of command id and index; once in the whole log
    event_type     TEXT    NOT NULL,
    schema_version INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL,     -- microseconds since 1970, UTC
    metadata       BLOB    NOT NULL,     -- JSON: actor, command_id, causation_id, correlation_id
    data           BLOB    NOT NULL,     -- what happened, usually JSON
    prev_hash      BLOB    NOT NULL,     -- `hash` of the stream's event before; zeros for the first
    hash           BLOB    NOT NULL,     -- SHA-256 over prev_hash and every column but position
    UNIQUE (stream, revision)
) STRICT;
INSERT INTO segmented_events SELECT * FROM events ORDER BY position;
DROP TABLE events;
ALTER TABLE segmented_events RENAME TO events;
CREATE UNIQUE INDEX event_ids ON events (position / 4096, event_id);

-- Which ids a segment may hold, for each that is full: what the writer asks before it looks into the segment's index.
-- Made from `events`, and made anew when a row is missing.
CREATE TABLE id_filters (
    segment INTEGER PRIMARY KEY,         -- of position / 4096
    bits    BLOB    NOT NULL             -- see `IdFilter`
) STRICT;
