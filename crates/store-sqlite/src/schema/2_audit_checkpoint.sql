-- Where the audit log begins after old records were removed: at most one row, sealed under the audit key.
CREATE TABLE audit_checkpoint (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    upto     INTEGER NOT NULL,
    chain    BLOB    NOT NULL,
    before   INTEGER NOT NULL,
    key_id   BLOB    NOT NULL,
    seal     BLOB    NOT NULL
);
