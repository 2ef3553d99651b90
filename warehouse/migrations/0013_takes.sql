-- What positions are drawn from, in a narrow table. Applied once, in one transaction; never edited afterwards.

CREATE TABLE takes (
    official_id  VARCHAR NOT NULL,
    topic        VARCHAR NOT NULL,
    statement_id VARCHAR NOT NULL,
    utterance_id VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    said_at      TIMESTAMPTZ NOT NULL,
    stance       VARCHAR NOT NULL,
    confidence   DOUBLE,
    place        INTEGER NOT NULL
);
COMMENT ON TABLE takes IS 'What positions are drawn from: one row a statement of an official that takes a side, and topic.';
COMMENT ON COLUMN takes.official_id IS 'The official.';
COMMENT ON COLUMN takes.topic IS 'The topic.';
COMMENT ON COLUMN takes.statement_id IS 'The statement.';
COMMENT ON COLUMN takes.utterance_id IS 'The utterance it reports, by the name it had when it arrived.';
COMMENT ON COLUMN takes.article_id IS 'The article; its newest revision is meant.';
COMMENT ON COLUMN takes.said_at IS 'When the article was published, else when it first arrived.';
COMMENT ON COLUMN takes.stance IS 'accept, offer, demand, condition, reject or threaten.';
COMMENT ON COLUMN takes.confidence IS 'How sure it is that he is the speaker, from 0 to 1; NULL when it is not known.';
COMMENT ON COLUMN takes.place IS 'Where the statement starts in articles.text.';
INSERT INTO takes
SELECT s.official_id, s.topic, s.statement_id, s.utterance_id, s.article_id,
    coalesce(s.published_at, a.first_seen_at), s.stance, s.confidence, s.start_char
FROM (SELECT *, unnest(topics) AS topic FROM statement_rows) AS s
JOIN article_rows AS a USING (article_id)
WHERE s.official_id IS NOT NULL AND NOT coalesce(s.denied, false)
    AND s.stance IN ('accept', 'offer', 'demand', 'condition', 'reject', 'threaten');
