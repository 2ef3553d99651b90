-- What people put right in readings. Applied once, in one transaction; never edited afterwards.

CREATE TABLE corrections (
    correction_id VARCHAR PRIMARY KEY,
    article_id    VARCHAR,
    url           VARCHAR,
    outlet        VARCHAR,
    words         VARCHAR NOT NULL,
    field         VARCHAR NOT NULL CHECK (field IN ('speaker', 'topic', 'stance', 'drop', 'name')),
    was           VARCHAR,
    is_now        VARCHAR,
    author        VARCHAR NOT NULL,
    made_at       TIMESTAMPTZ NOT NULL,
    undone_at     TIMESTAMPTZ,
    gone_at       TIMESTAMPTZ
);
COMMENT ON TABLE corrections IS 'What people put right in what was read: kept by what it is about, so that it holds in later revisions and readings.';
COMMENT ON COLUMN corrections.correction_id IS 'Name of the correction.';
COMMENT ON COLUMN corrections.article_id IS 'The article, of which url is the address; NULL for a name.';
COMMENT ON COLUMN corrections.url IS 'The address of the article; NULL for a name.';
COMMENT ON COLUMN corrections.outlet IS 'For a name: the outlet in whose articles it means that; NULL for all.';
COMMENT ON COLUMN corrections.words IS 'The words of the statement, verbatim; or the name.';
COMMENT ON COLUMN corrections.field IS 'What is put right: speaker, topic (was: dropped, is_now: added), stance, drop (nothing was stated) or name.';
COMMENT ON COLUMN corrections.was IS 'What was read: an official_id or the speaker as printed, a topic, a stance; NULL for nothing.';
COMMENT ON COLUMN corrections.is_now IS 'What is right: an official_id, a topic, a stance; NULL for nobody and nothing.';
COMMENT ON COLUMN corrections.author IS 'Who put it right.';
COMMENT ON COLUMN corrections.made_at IS 'When.';
COMMENT ON COLUMN corrections.undone_at IS 'When that was taken back; NULL while it holds.';
COMMENT ON COLUMN corrections.gone_at IS 'Since when the article has the words no more; NULL while it has them.';

ALTER TABLE follow_ups ADD COLUMN attributed_to VARCHAR;
COMMENT ON COLUMN follow_ups.attributed_to IS 'For news reattributed: who it is by now, NULL where nobody known is; NULL for other news.';
COMMENT ON COLUMN follow_ups.news IS 'corroborated (more independent sources), corrected (the article changed the words quoted), added (it says something more), repeated (its rule asks for that) or reattributed (somebody put right who is meant).';
