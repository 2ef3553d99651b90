-- How far reading all articles again has come. Applied once, in one transaction; never edited afterwards.

CREATE TABLE reprocessing (
    begun_at   TIMESTAMPTZ NOT NULL,
    reached_at TIMESTAMPTZ NOT NULL,
    reached    VARCHAR NOT NULL
);
COMMENT ON TABLE reprocessing IS 'How far `talkwatch reprocess` has come; no row while it is not under way.';
COMMENT ON COLUMN reprocessing.begun_at IS 'When it began: what arrives later is read by the present version anyway.';
COMMENT ON COLUMN reprocessing.reached_at IS 'When the last article that was read again first arrived; -infinity before the first.';
COMMENT ON COLUMN reprocessing.reached IS 'Its article_id; empty before the first.';
