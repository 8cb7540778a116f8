-- Identity, bucket registry, audit log and change feed. Records are JSON in the column `record`; the columns beside it
-- are what rows are found and ordered by. Text compares by its bytes.
-- Large tables are append-only rowid tables with thin indexes: random keys then cost a small index entry and never
-- move a large row. Small ones are keyed directly.

PRAGMA application_id = 0x4B574944; -- "KWID"

-- The one row that orders everything: the last revision, the head of the audit chain, the last bucket id given out, and
-- up to which revision the change feed has been trimmed.
CREATE TABLE ledger (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    revision   INTEGER NOT NULL,
    chain      BLOB    NOT NULL,
    bucket_id  INTEGER NOT NULL,
    trimmed    INTEGER NOT NULL
);
INSERT INTO ledger VALUES (1, 0, zeroblob(32), 0, 0);

CREATE TABLE namespaces (
    key       TEXT    PRIMARY KEY,
    revision  INTEGER NOT NULL,
    record    TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE management_users (
    key       TEXT    PRIMARY KEY,
    revision  INTEGER NOT NULL,
    record    TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE people (
    key       TEXT    PRIMARY KEY,
    revision  INTEGER NOT NULL,
    record    TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE providers (
    key       TEXT    PRIMARY KEY,
    revision  INTEGER NOT NULL,
    record    TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE base_urls (
    key       TEXT    PRIMARY KEY,
    revision  INTEGER NOT NULL,
    record    TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE settings (
    key       TEXT    PRIMARY KEY,
    revision  INTEGER NOT NULL,
    record    TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    id         INTEGER PRIMARY KEY,
    uid        TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    namespace  TEXT    NOT NULL REFERENCES namespaces (key),
    revision   INTEGER NOT NULL,
    record     TEXT    NOT NULL
);
CREATE UNIQUE INDEX users_by_uid ON users (uid, scope);
CREATE INDEX users_by_namespace ON users (namespace, uid, scope);

CREATE TABLE buckets (
    id         INTEGER PRIMARY KEY,
    namespace  TEXT    NOT NULL REFERENCES namespaces (key),
    name       TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    record     TEXT    NOT NULL
);
CREATE UNIQUE INDEX buckets_by_name ON buckets (namespace, name);
CREATE INDEX buckets_by_owner ON buckets (owner, namespace, name);

CREATE TABLE tokens (
    id            INTEGER PRIMARY KEY,
    hash          BLOB    NOT NULL,
    owner         TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    identity      TEXT    NOT NULL
);
CREATE UNIQUE INDEX tokens_by_hash ON tokens (hash);
CREATE INDEX tokens_by_owner ON tokens (owner);

CREATE TABLE audit (
    revision   INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    namespace  TEXT,
    key_id     BLOB    NOT NULL,
    chain      BLOB    NOT NULL,
    record     TEXT    NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_namespace ON audit (namespace, at);

CREATE TABLE changes (
    revision  INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    changed   TEXT    NOT NULL
);
