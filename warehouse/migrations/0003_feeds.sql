-- Feeds, their entries and the runs. Applied once, in one transaction; never edited afterwards.

CREATE TABLE feeds (
    feed_id              VARCHAR PRIMARY KEY,
    url                  VARCHAR NOT NULL,
    outlet               VARCHAR NOT NULL,
    country              VARCHAR,
    state                VARCHAR NOT NULL,
    last_polled_at       TIMESTAMPTZ,
    next_poll_at         TIMESTAMPTZ,
    consecutive_failures INTEGER NOT NULL DEFAULT 0,
    last_error           VARCHAR,
    last_new_at          TIMESTAMPTZ,
    entries_seen         BIGINT NOT NULL DEFAULT 0,
    first_polled_at      TIMESTAMPTZ,
    every_seconds        BIGINT NOT NULL,
    max_every_seconds    BIGINT NOT NULL,
    etag                 VARCHAR,
    last_modified        VARCHAR,
    body_hash            VARCHAR
);
COMMENT ON TABLE feeds IS 'One row a feed that is or was watched.';
COMMENT ON COLUMN feeds.feed_id IS 'Name of the feed, made from its configured address.';
COMMENT ON COLUMN feeds.url IS 'Configured address.';
COMMENT ON COLUMN feeds.outlet IS 'The outlet whose feed it is.';
COMMENT ON COLUMN feeds.country IS 'Whose media it is.';
COMMENT ON COLUMN feeds.state IS 'new (never answered), fine, failing, or unwatched (no longer configured).';
COMMENT ON COLUMN feeds.last_polled_at IS 'When it was last asked.';
COMMENT ON COLUMN feeds.next_poll_at IS 'When it is due; NULL at once.';
COMMENT ON COLUMN feeds.consecutive_failures IS 'Failed polls since the last good one.';
COMMENT ON COLUMN feeds.last_error IS 'What went wrong at the last poll; NULL when nothing did.';
COMMENT ON COLUMN feeds.last_new_at IS 'When it last had a new entry.';
COMMENT ON COLUMN feeds.entries_seen IS 'Different entries seen so far.';
COMMENT ON COLUMN feeds.first_polled_at IS 'When it first answered.';
COMMENT ON COLUMN feeds.every_seconds IS 'Shortest interval between two polls.';
COMMENT ON COLUMN feeds.max_every_seconds IS 'Longest interval between two polls of a dull feed.';
COMMENT ON COLUMN feeds.etag IS 'Validator of the last answer, byte for byte.';
COMMENT ON COLUMN feeds.last_modified IS 'Validator of the last answer, byte for byte.';
COMMENT ON COLUMN feeds.body_hash IS 'Fingerprint of the last body.';

CREATE TABLE entries (
    entry_key    VARCHAR PRIMARY KEY,
    feed_id      VARCHAR NOT NULL,
    entry_hash   VARCHAR NOT NULL,
    url          VARCHAR NOT NULL,
    entry_id     VARCHAR,
    link         VARCHAR,
    title        VARCHAR,
    published_at TIMESTAMPTZ,
    updated_at   TIMESTAMPTZ,
    author       VARCHAR,
    content      VARCHAR,
    first_poll   BOOLEAN NOT NULL,
    seen_at      TIMESTAMPTZ NOT NULL,
    state        VARCHAR NOT NULL,
    attempts     INTEGER NOT NULL,
    next_at      TIMESTAMPTZ,
    reason       VARCHAR
);
COMMENT ON TABLE entries IS 'The inbox: entries of feeds, read or still to read.';
COMMENT ON COLUMN entries.entry_key IS 'Name of the entry in its feed.';
COMMENT ON COLUMN entries.feed_id IS 'The feed it came by.';
COMMENT ON COLUMN entries.entry_hash IS 'Fingerprint of the entry; a new one has its page read again.';
COMMENT ON COLUMN entries.url IS 'Address of its page.';
COMMENT ON COLUMN entries.entry_id IS 'The id the feed gives it.';
COMMENT ON COLUMN entries.link IS 'The link the feed gives it.';
COMMENT ON COLUMN entries.title IS 'Its title in the feed.';
COMMENT ON COLUMN entries.published_at IS 'When the feed says it was published.';
COMMENT ON COLUMN entries.updated_at IS 'When the feed says it was updated.';
COMMENT ON COLUMN entries.author IS 'Its author in the feed.';
COMMENT ON COLUMN entries.content IS 'Its HTML in the feed; emptied once the entry is settled.';
COMMENT ON COLUMN entries.first_poll IS 'Whether it came with the feed''s first answer.';
COMMENT ON COLUMN entries.seen_at IS 'When it arrived, new or changed.';
COMMENT ON COLUMN entries.state IS 'pending, done or failed.';
COMMENT ON COLUMN entries.attempts IS 'How often its page could not be had or read.';
COMMENT ON COLUMN entries.next_at IS 'When its page is tried again; NULL at once.';
COMMENT ON COLUMN entries.reason IS 'Why its page could not be had or read at the last try.';

CREATE TABLE runs (
    run_id           VARCHAR PRIMARY KEY,
    started_at       TIMESTAMPTZ NOT NULL,
    finished_at      TIMESTAMPTZ,
    feeds_due        INTEGER,
    feeds_changed    INTEGER,
    feeds_unchanged  INTEGER,
    feeds_failed     INTEGER,
    entries_new      INTEGER,
    pages_fetched    INTEGER,
    pages_failed     INTEGER,
    pages_unreadable INTEGER,
    articles_new     INTEGER,
    articles_revised INTEGER,
    articles_known   INTEGER,
    statements       INTEGER,
    matches          INTEGER,
    alerts           INTEGER,
    messages_sent    INTEGER,
    messages_retried INTEGER,
    messages_dead    INTEGER
);
COMMENT ON TABLE runs IS 'One row a pass, with a count for each outcome of each stage; the counts are NULL until it finished.';
COMMENT ON COLUMN runs.run_id IS 'Name of the pass.';
COMMENT ON COLUMN runs.started_at IS 'When it started.';
COMMENT ON COLUMN runs.finished_at IS 'When it finished; NULL while it runs, and for ever when it was killed.';
COMMENT ON COLUMN runs.feeds_due IS 'Feeds that were due.';
COMMENT ON COLUMN runs.feeds_changed IS 'Feeds that had something new.';
COMMENT ON COLUMN runs.feeds_unchanged IS 'Feeds that had nothing new.';
COMMENT ON COLUMN runs.feeds_failed IS 'Feeds that could not be had or read.';
COMMENT ON COLUMN runs.entries_new IS 'Entries that were new or changed.';
COMMENT ON COLUMN runs.pages_fetched IS 'Pages that were fetched.';
COMMENT ON COLUMN runs.pages_failed IS 'Pages that could not be had.';
COMMENT ON COLUMN runs.pages_unreadable IS 'Pages that hold no article.';
COMMENT ON COLUMN runs.articles_new IS 'Articles that were new.';
COMMENT ON COLUMN runs.articles_revised IS 'Articles whose words had changed.';
COMMENT ON COLUMN runs.articles_known IS 'Articles that were known as they are.';
COMMENT ON COLUMN runs.statements IS 'Statements read in new and revised articles.';
COMMENT ON COLUMN runs.matches IS 'Matches that were decided.';
COMMENT ON COLUMN runs.alerts IS 'Alerts that fired.';
COMMENT ON COLUMN runs.messages_sent IS 'Messages a channel took.';
COMMENT ON COLUMN runs.messages_retried IS 'Messages put off for another try.';
COMMENT ON COLUMN runs.messages_dead IS 'Messages that will never go through.';
