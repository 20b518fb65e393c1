-- A day's record is too long for the pages of a table without rowids: each took pages of its own.
DROP TABLE day_records;
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
) STRICT;
CREATE INDEX day_records_by_desk ON day_records (desk, date);
