-- Since when a feed fails. How long it is usually silent is asked of its entries, week by week, and no mean of gaps is
-- kept. Applied once, in one transaction; never edited afterwards.

ALTER TABLE feeds ADD COLUMN failing_since TIMESTAMPTZ;
COMMENT ON COLUMN feeds.failing_since IS 'When its first poll failed of those that have all failed since; NULL when the last one did not.';
ALTER TABLE feeds DROP COLUMN usual_gap_seconds;
COMMENT ON COLUMN feeds.state IS 'new (never answered), fine, slow (dull, asked at its longest interval), quiet (silent for twice as long as ever at this hour of the week, and a day at least), failing, gone (410 for a day, asked once a month), or unwatched (no longer configured).';
