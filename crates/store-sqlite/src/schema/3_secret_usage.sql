-- How often each secret in a key ring was used, and when and from where last. Written without a sync.

CREATE TABLE secret_usage (
    user          INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret        TEXT    NOT NULL,
    uses          INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL,
    address       TEXT,
    agent         TEXT,
    PRIMARY KEY (user, secret)
) WITHOUT ROWID;
