-- What the meaning of statements is compared by. Applied once, in one transaction; never edited afterwards.

ALTER TABLE utterance_keys ADD COLUMN sentences VARCHAR[];
COMMENT ON COLUMN utterance_keys.sentences IS 'What it says, a sentence each, as its meaning is compared with others; empty off the watchlist, NULL in rows of an earlier version.';
