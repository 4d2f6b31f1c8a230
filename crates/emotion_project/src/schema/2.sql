-- Many people, one film.
CREATE TABLE study (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- Where the film was when the study was made. It is no picture of anybody watched.
    film TEXT NOT NULL,
    film_ms INTEGER NOT NULL CHECK (film_ms > 0),
    -- Seconds of the film that baselines are taken from; both NULL: the whole film.
    rest_from INTEGER,
    rest_to INTEGER,
    created_at INTEGER NOT NULL
);

-- A session in which somebody saw it. It goes with the session, and with the person.
CREATE TABLE view (
    session INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE,
    study INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    -- The second of the session in which the film starts.
    lead_s INTEGER NOT NULL,
    UNIQUE (study, person)
);
