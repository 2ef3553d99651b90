-- What is done once a night. Applied once, in one transaction; never edited afterwards.

CREATE TABLE nightly (
    task    VARCHAR PRIMARY KEY,
    done_at TIMESTAMPTZ NOT NULL,
    found   BIGINT NOT NULL,
    up_to   TIMESTAMPTZ,
    said    VARCHAR[] NOT NULL
);
COMMENT ON TABLE nightly IS 'What is done once a night, and what came of it the last time.';
COMMENT ON COLUMN nightly.task IS 'integrity: keys, references, places in texts and counts are looked through; texts: those that are kept for a time only are dropped.';
COMMENT ON COLUMN nightly.done_at IS 'When it was done last.';
COMMENT ON COLUMN nightly.found IS 'integrity: rows that are wrong; texts: how many were dropped in all.';
COMMENT ON COLUMN nightly.up_to IS 'texts: what came before this has been looked at.';
COMMENT ON COLUMN nightly.said IS 'integrity: what is wrong, how often, and one row of each.';

COMMENT ON COLUMN articles.text IS 'The cleaned text. Every offset counts its characters from 0, end excluded. Empty, with a word_count, where [retention] dropped it: it had matched nothing.';
