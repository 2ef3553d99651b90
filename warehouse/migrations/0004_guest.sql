-- What being a good guest takes to remember. Applied once, in one transaction; never edited afterwards.

ALTER TABLE feeds ADD COLUMN dull_polls INTEGER DEFAULT 0;
ALTER TABLE feeds ADD COLUMN usual_gap_seconds BIGINT;
ALTER TABLE feeds ADD COLUMN ttl_seconds BIGINT;
ALTER TABLE feeds ADD COLUMN skip_hours INTEGER[];
ALTER TABLE feeds ADD COLUMN skip_days INTEGER[];
ALTER TABLE feeds ADD COLUMN current_url VARCHAR;
ALTER TABLE feeds ADD COLUMN moved_to VARCHAR;
ALTER TABLE feeds ADD COLUMN moved_since TIMESTAMPTZ;
ALTER TABLE feeds ADD COLUMN moved_times INTEGER DEFAULT 0;
ALTER TABLE feeds ADD COLUMN gone_since TIMESTAMPTZ;
COMMENT ON COLUMN feeds.state IS 'new (never answered), fine, slow (dull, asked at its longest interval), quiet (silent for five times its usual gap), failing, gone (410 for a day, asked once a month), or unwatched (no longer configured).';
COMMENT ON COLUMN feeds.dull_polls IS 'Polls in a row that brought nothing new; they make the interval longer.';
COMMENT ON COLUMN feeds.usual_gap_seconds IS 'Usual time between two entries, by their dates; NULL when too few are dated.';
COMMENT ON COLUMN feeds.ttl_seconds IS 'How long the feed itself asks not to be asked again.';
COMMENT ON COLUMN feeds.skip_hours IS 'Hours of the day, UTC, in which the feed asks not to be asked.';
COMMENT ON COLUMN feeds.skip_days IS 'Days on which the feed asks not to be asked, Monday 0.';
COMMENT ON COLUMN feeds.current_url IS 'Where it has moved for good; NULL while the configured address serves.';
COMMENT ON COLUMN feeds.moved_to IS 'Where its permanent redirects led at the last poll.';
COMMENT ON COLUMN feeds.moved_since IS 'Since when they lead there.';
COMMENT ON COLUMN feeds.moved_times IS 'How many polls in a row they led there.';
COMMENT ON COLUMN feeds.gone_since IS 'When its server first said 410 (gone), all answers since being the same.';

CREATE TABLE hosts (
    host            VARCHAR PRIMARY KEY,
    last_started_at TIMESTAMPTZ,
    parked_until    TIMESTAMPTZ
);
COMMENT ON TABLE hosts IS 'One row a server, as host:port: when it may be asked again.';
COMMENT ON COLUMN hosts.host IS 'The server, as host:port.';
COMMENT ON COLUMN hosts.last_started_at IS 'When the last request to it was started.';
COMMENT ON COLUMN hosts.parked_until IS 'Until when it asked to be left alone (429); NULL when it did not.';

CREATE TABLE robots (
    origin     VARCHAR PRIMARY KEY,
    state      VARCHAR NOT NULL,
    body       VARCHAR,
    asked_at   TIMESTAMPTZ NOT NULL,
    next_at    TIMESTAMPTZ NOT NULL,
    failures   INTEGER NOT NULL,
    last_error VARCHAR
);
COMMENT ON TABLE robots IS 'The robots.txt of each site whose pages are read, asked for once a day. Feeds are not subject to it.';
COMMENT ON COLUMN robots.origin IS 'Scheme, host and port of the site.';
COMMENT ON COLUMN robots.state IS 'rules (its body counts), none (there is no such file: all is allowed), or wait (it could not be had: nothing is read until it can).';
COMMENT ON COLUMN robots.body IS 'The file; NULL when there is none.';
COMMENT ON COLUMN robots.asked_at IS 'When it was asked for.';
COMMENT ON COLUMN robots.next_at IS 'When it is asked for again.';
COMMENT ON COLUMN robots.failures IS 'How often in a row it could not be had.';
COMMENT ON COLUMN robots.last_error IS 'Why it could not be had.';

ALTER TABLE runs ADD COLUMN entries_listed INTEGER;
ALTER TABLE runs ADD COLUMN entries_known INTEGER;
ALTER TABLE runs ADD COLUMN entries_unlinked INTEGER;
ALTER TABLE runs ADD COLUMN pages_asked INTEGER;
ALTER TABLE runs ADD COLUMN pages_disallowed INTEGER;
ALTER TABLE runs ADD COLUMN articles_from_feeds INTEGER;
COMMENT ON COLUMN runs.pages_failed IS 'Entries whose pages could not be had, in passing or for good.';
COMMENT ON COLUMN runs.pages_unreadable IS 'Entries whose pages hold no article.';
COMMENT ON COLUMN runs.entries_listed IS 'Entries that the feeds listed: new, known or unlinked.';
COMMENT ON COLUMN runs.entries_known IS 'Listed entries that were known as they are.';
COMMENT ON COLUMN runs.entries_unlinked IS 'Listed entries without a page of their own, or repeated in one feed.';
COMMENT ON COLUMN runs.pages_asked IS 'Entries whose pages were due and dealt with: stored (articles_new, articles_revised), duplicate (articles_known), filtered (pages_disallowed) or failed (pages_unreadable, pages_failed).';
COMMENT ON COLUMN runs.pages_disallowed IS 'Entries whose pages robots.txt does not allow to read.';
COMMENT ON COLUMN runs.articles_from_feeds IS 'Articles whose page could not be had, taken from the feed''s own full text.';
