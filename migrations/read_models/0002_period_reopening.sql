
-- A month that was closed may be opened again and closed again: every closing keeps its row, and a reopening between
-- says that it no longer holds.
DROP TABLE periods_closed;
CREATE TABLE periods_closed (
    desk              TEXT NOT NULL,
    month             TEXT NOT NULL,
    position          INTEGER NOT NULL,
    -- What the figures of the closing rest on for ever.
    exported_position INTEGER NOT NULL,
    seal              TEXT NOT NULL,
    policy_versions   TEXT NOT NULL,
    by                TEXT NOT NULL,
    at                INTEGER NOT NULL,
    PRIMARY KEY (desk, month, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE periods_reopened (
    desk     TEXT NOT NULL,
    month    TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (desk, month, position)
) STRICT, WITHOUT ROWID;

-- The whole adjustment: figures, days and evidence (JSON).
ALTER TABLE adjustments ADD COLUMN adjusted TEXT NOT NULL DEFAULT 'null';

-- Minutes that balance out, worked in the hours' period up to a closed month.
CREATE TABLE frozen_hours (
    desk    TEXT NOT NULL,
    month   TEXT NOT NULL,
    staff   TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    PRIMARY KEY (desk, month, staff)
) STRICT, WITHOUT ROWID;
