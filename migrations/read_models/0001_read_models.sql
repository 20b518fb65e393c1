-- The read models: everything here is recomputed from the log and can be thrown away.
--
-- Facts keep the log position they came from, and nothing of a fact is ever changed. So any question can be asked
-- "as of" a position: what a closed month rested on stays answerable after late facts have come in.
-- Instants are microseconds since 1970 UTC; dates and months are texts as printed; states are JSON.

-- Which build made the rows; another build starts from zero.
CREATE TABLE built_with (stamp TEXT NOT NULL) STRICT;

-- How far the log has been applied; moves in the transaction that writes the rows it covers.
CREATE TABLE checkpoint (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    store    TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;

-- Every applied event, for evidence and audit trails.
CREATE TABLE events (
    position    INTEGER PRIMARY KEY,
    id          BLOB NOT NULL,
    stream      TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    type        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    data        BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_id ON events (id);
CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);

-- Every state a thing went through (desk, person, calendar, request, sanction, solve …). Its state as of a position
-- is its newest row at or before it.
CREATE TABLE versions (
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    position INTEGER NOT NULL,
    desk     TEXT,
    staff    TEXT,
    other    TEXT,
    first    TEXT NOT NULL,
    last     TEXT NOT NULL,
    status   TEXT,
    state    TEXT NOT NULL,
    PRIMARY KEY (kind, id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_by_staff ON versions (kind, staff, first) WHERE staff IS NOT NULL;
CREATE INDEX versions_by_other ON versions (kind, other) WHERE other IS NOT NULL;
CREATE INDEX versions_by_desk ON versions (kind, desk, first) WHERE desk IS NOT NULL;

CREATE TABLE punches (
    position    INTEGER PRIMARY KEY,
    event       BLOB NOT NULL,
    staff       TEXT NOT NULL,
    desk        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    -- The instant that says which day it belongs to: `received_at` of a suspect punch, else `at`.
    day_at      INTEGER NOT NULL,
    device      TEXT NOT NULL,
    suspicion   TEXT
) STRICT;
CREATE INDEX punches_by_staff ON punches (staff, day_at);
CREATE INDEX punches_by_desk ON punches (desk, day_at);

CREATE TABLE overtime_approvals (
    position     INTEGER PRIMARY KEY,
    event        BLOB NOT NULL,
    staff        TEXT NOT NULL,
    work_date    TEXT NOT NULL,
    minutes_max  INTEGER NOT NULL,
    compensation TEXT NOT NULL
) STRICT;
CREATE INDEX overtime_approvals_by_staff ON overtime_approvals (staff, work_date);

CREATE TABLE presence (
    position INTEGER PRIMARY KEY,
    event    BLOB NOT NULL,
    desk     TEXT NOT NULL,
    staff    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    online   INTEGER NOT NULL
) STRICT;
CREATE INDEX presence_by_staff ON presence (staff, at);
CREATE INDEX presence_by_desk ON presence (desk, at);

CREATE TABLE presence_excuses (
    position INTEGER PRIMARY KEY,
    event    BLOB NOT NULL,
    desk     TEXT NOT NULL,
    staff    TEXT NOT NULL,
    from_at  INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    by       TEXT NOT NULL
) STRICT;
CREATE INDEX presence_excuses_by_staff ON presence_excuses (staff, from_at);

CREATE TABLE calls (
    position    INTEGER PRIMARY KEY,
    event       BLOB NOT NULL,
    desk        TEXT NOT NULL,
    call        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    rings       INTEGER NOT NULL,
    answered_by TEXT,
    routed_to   TEXT
) STRICT;
CREATE INDEX calls_by_desk ON calls (desk, at);

CREATE TABLE spot_checks (
    position INTEGER PRIMARY KEY,
    event    BLOB NOT NULL,
    desk     TEXT NOT NULL,
    staff    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    on_post  INTEGER NOT NULL,
    note     TEXT NOT NULL,
    by       TEXT NOT NULL
) STRICT;
CREATE INDEX spot_checks_by_staff ON spot_checks (staff, at);

CREATE TABLE days_closed (
    desk     TEXT NOT NULL,
    date     TEXT NOT NULL,
    position INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (desk, date)
) STRICT, WITHOUT ROWID;

-- A closed month. `exported_position` is what its figures rest on for ever.
CREATE TABLE periods_closed (
    desk              TEXT NOT NULL,
    month             TEXT NOT NULL,
    position          INTEGER NOT NULL,
    exported_position INTEGER NOT NULL,
    seal              TEXT NOT NULL,
    policy_versions   TEXT NOT NULL,
    by                TEXT NOT NULL,
    at                INTEGER NOT NULL,
    PRIMARY KEY (desk, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE adjustments (
    position     INTEGER PRIMARY KEY,
    event        BLOB NOT NULL,
    desk         TEXT NOT NULL,
    month        TEXT NOT NULL,
    staff        TEXT NOT NULL,
    source_month TEXT NOT NULL,
    amount_fen   INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    by           TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX adjustments_by_month ON adjustments (desk, month);

CREATE TABLE roster_revisions (
    desk       TEXT NOT NULL,
    month      TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    event      BLOB NOT NULL,
    at         INTEGER NOT NULL,
    by         TEXT NOT NULL,
    cause      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    shortfalls TEXT NOT NULL,
    PRIMARY KEY (desk, month, position)
) STRICT, WITHOUT ROWID;

-- Published cells, one row for each change; the newest row at or before a position is in force.
-- `shift` is null on a day off; `gone` cells are no longer in the roster at all.
CREATE TABLE roster_cells (
    staff    TEXT NOT NULL,
    date     TEXT NOT NULL,
    position INTEGER NOT NULL,
    event    BLOB NOT NULL,
    desk     TEXT NOT NULL,
    month    TEXT NOT NULL,
    revision INTEGER NOT NULL,
    gone     INTEGER NOT NULL,
    shift    TEXT,
    PRIMARY KEY (staff, date, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX roster_cells_by_month ON roster_cells (desk, month, position);
CREATE INDEX roster_cells_by_date ON roster_cells (desk, date);

-- The roster being planned.
CREATE TABLE roster_drafts (
    desk  TEXT NOT NULL,
    month TEXT NOT NULL,
    staff TEXT NOT NULL,
    date  TEXT NOT NULL,
    shift TEXT,
    PRIMARY KEY (desk, month, staff, date)
) STRICT, WITHOUT ROWID;

CREATE TABLE duty_submissions (
    position   INTEGER PRIMARY KEY,
    event      BLOB NOT NULL,
    desk       TEXT NOT NULL,
    week_start TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    by         TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX duty_submissions_by_week ON duty_submissions (desk, week_start);

-- Derived from the facts in the same transaction. ----------------------------------------------------------------

-- Every person's day that a fact ever touched: what a change of rules must look at again.
CREATE TABLE days_touched (
    staff TEXT NOT NULL,
    date  TEXT NOT NULL,
    PRIMARY KEY (staff, date)
) STRICT, WITHOUT ROWID;

CREATE TABLE day_records (
    staff           TEXT NOT NULL,
    date            TEXT NOT NULL,
    desk            TEXT NOT NULL,
    status          TEXT NOT NULL,
    shift           TEXT,
    planned_minutes INTEGER NOT NULL,
    worked_minutes  INTEGER NOT NULL,
    absent_minutes  INTEGER NOT NULL,
    late_minutes    INTEGER NOT NULL,
    early_minutes   INTEGER NOT NULL,
    policy          TEXT NOT NULL,
    record          TEXT NOT NULL,
    PRIMARY KEY (staff, date)
) STRICT, WITHOUT ROWID;
CREATE INDEX day_records_by_desk ON day_records (desk, date);

-- Proposed penalties as the facts stand; what people decided about them is in `versions` (kind `sanction`).
CREATE TABLE penalties (
    sanction   TEXT PRIMARY KEY,
    desk       TEXT NOT NULL,
    month      TEXT NOT NULL,
    staff      TEXT NOT NULL,
    work_date  TEXT NOT NULL,
    rule       TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    proposal   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX penalties_by_month ON penalties (desk, month);
CREATE INDEX penalties_by_staff ON penalties (staff, month);

-- The records and proposals of closed months as of the exported position.
CREATE TABLE frozen_day_records (
    desk   TEXT NOT NULL,
    month  TEXT NOT NULL,
    staff  TEXT NOT NULL,
    date   TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (desk, month, staff, date)
) STRICT, WITHOUT ROWID;

CREATE TABLE frozen_penalties (
    desk     TEXT NOT NULL,
    month    TEXT NOT NULL,
    sanction TEXT NOT NULL,
    proposal TEXT NOT NULL,
    PRIMARY KEY (desk, month, sanction)
) STRICT, WITHOUT ROWID;
