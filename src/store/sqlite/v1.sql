-- Floats stand in columns of type ANY, since a REAL column would lose the sign of -0.0.
-- Positions count from 0 without gaps.

CREATE TABLE run (
    key           INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    project       TEXT NOT NULL,
    started       INTEGER NOT NULL, -- microseconds since 1970-01-01 UTC
    started_ns    INTEGER NOT NULL CHECK (started_ns BETWEEN 0 AND 999), -- nanoseconds beyond
    elapsed       ANY NOT NULL CHECK (typeof(elapsed) = 'real'),
    revision      TEXT, -- full commit hash
    branch        TEXT,
    dirty         INTEGER NOT NULL CHECK (dirty IN (0, 1)),
    cpu           TEXT NOT NULL,
    cores         INTEGER NOT NULL,
    arch          TEXT NOT NULL,
    os            TEXT NOT NULL,
    image         TEXT NOT NULL,
    toolchain     TEXT NOT NULL,
    governor      TEXT,
    turbo         INTEGER CHECK (turbo IN (0, 1)),
    load_per_core ANY CHECK (typeof(load_per_core) IN ('real', 'null')),
    steal         ANY CHECK (typeof(steal) IN ('real', 'null')),
    cpu_pressure  ANY CHECK (typeof(cpu_pressure) IN ('real', 'null')),
    cut_short     INTEGER NOT NULL CHECK (cut_short IN (0, 1)),
    trusted       INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    warnings      TEXT NOT NULL, -- JSON
    verdict       TEXT NOT NULL
) STRICT;

CREATE INDEX run_of_project ON run (project, started, started_ns, id);

CREATE TABLE target (
    run        INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    engine     TEXT NOT NULL,
    definition TEXT NOT NULL,
    validity   TEXT, -- JSON
    elapsed    ANY NOT NULL CHECK (typeof(elapsed) = 'real'),
    cut_short  INTEGER NOT NULL CHECK (cut_short IN (0, 1)),
    warnings   TEXT NOT NULL, -- JSON
    PRIMARY KEY (run, position)
) STRICT;

CREATE TABLE measurement (
    run        INTEGER NOT NULL,
    target     INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    metric     TEXT NOT NULL,
    unit       TEXT NOT NULL,
    better     TEXT NOT NULL,
    assumption TEXT NOT NULL,
    quantum    ANY NOT NULL CHECK (typeof(quantum) = 'real'),
    -- Exactly one kind of data: values by process, an HdrHistogram (V2 deflate), or counts.
    sample     BLOB,
    histogram  BLOB,
    events     INTEGER,
    trials     INTEGER,
    PRIMARY KEY (run, target, position),
    FOREIGN KEY (run, target) REFERENCES target (run, position) ON DELETE CASCADE,
    CHECK ((sample IS NOT NULL) + (histogram IS NOT NULL) + (events IS NOT NULL) = 1),
    CHECK ((events IS NULL) = (trials IS NULL))
) STRICT;

CREATE TABLE failure (
    run      INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    target   TEXT NOT NULL,
    stage    TEXT NOT NULL,
    error    TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT;
