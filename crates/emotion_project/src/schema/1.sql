-- The project itself: one row.
CREATE TABLE project (
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    exemption TEXT CHECK (exemption IN ('medical', 'safety')),
    reason TEXT,
    -- Who answers for it, for notices.
    controller TEXT NOT NULL,
    contact TEXT NOT NULL,
    retention_days INTEGER NOT NULL CHECK (retention_days > 0),
    is_encrypted INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE person (
    -- Numbers are not used twice: files are named by them.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pseudonym TEXT NOT NULL UNIQUE,
    -- The name in the audit log: random, so that it says nothing once this row is gone.
    tag TEXT NOT NULL UNIQUE,
    added_at INTEGER NOT NULL,
    -- Being erased: nothing but that is done with it any more.
    is_going INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE consent (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    -- How it was given: a form, a button.
    form TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    withdrawn_at INTEGER
);

CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    started_at INTEGER NOT NULL,
    -- A word for people (film, recording, camera, puppet), and a hash that a resumed import knows it by:
    -- names of files often are names of people.
    source TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    model TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'complete', 'cut off')),
    -- Up to where it is stored.
    length_ms INTEGER NOT NULL DEFAULT 0,
    -- What an import has to know to go on.
    carry TEXT,
    -- What was left out, for people.
    remarks TEXT NOT NULL DEFAULT ''
);
CREATE INDEX session_of_person ON session (person, started_at);

CREATE TABLE segment (
    session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    number INTEGER NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (session, number)
) WITHOUT ROWID;

-- Seconds, minutes and hours of a session. What was not seen has rows, too.
CREATE TABLE rollup (
    session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    span INTEGER NOT NULL CHECK (span IN (1, 60, 3600)),
    at INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    sure INTEGER NOT NULL,
    company INTEGER NOT NULL,
    confidence REAL NOT NULL,
    angry REAL NOT NULL,
    disgust REAL NOT NULL,
    fear REAL NOT NULL,
    happy REAL NOT NULL,
    sad REAL NOT NULL,
    surprise REAL NOT NULL,
    neutral REAL NOT NULL,
    PRIMARY KEY (session, span, at)
) WITHOUT ROWID;

CREATE TABLE smile (
    session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    peak REAL NOT NULL,
    PRIMARY KEY (session, from_ms)
) WITHOUT ROWID;

CREATE TABLE mark (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('marker', 'rating', 'rest', 'note')),
    at_ms INTEGER NOT NULL,
    until_ms INTEGER,
    value REAL,
    text TEXT NOT NULL
);

-- No pseudonyms and no words about people in here: it outlives them.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
);
