-- What was known at a time: earlier readings of statements are kept, and macros tell what had arrived by then.
-- Applied once, in one transaction; never edited afterwards.

CREATE TABLE statement_revisions (
    statement_id      VARCHAR NOT NULL,
    article_id        VARCHAR NOT NULL,
    revision          INTEGER NOT NULL,
    utterance_id      VARCHAR,
    official_id       VARCHAR,
    speaker           VARCHAR,
    speaker_id        VARCHAR,
    speaker_surface   VARCHAR,
    cue               VARCHAR,
    kind              VARCHAR,
    text              VARCHAR,
    start_char        INTEGER,
    end_char          INTEGER,
    spans             STRUCT(start_char INTEGER, end_char INTEGER)[],
    topics            VARCHAR[],
    stance            VARCHAR,
    negated           BOOLEAN,
    denied            BOOLEAN,
    confidence        DOUBLE,
    published_at      TIMESTAMPTZ,
    outlet            VARCHAR,
    extractor_version VARCHAR
);
COMMENT ON TABLE statement_revisions IS 'Statements of articles'' earlier words, which article_revisions has: what statements_as_of tells of the time before a change.';
COMMENT ON COLUMN statement_revisions.statement_id IS 'Name of these words in this article.';
COMMENT ON COLUMN statement_revisions.article_id IS 'The article.';
COMMENT ON COLUMN statement_revisions.revision IS 'The revision in which it stood, and whose characters the offsets count.';
COMMENT ON COLUMN statement_revisions.utterance_id IS 'The utterance it reported, by the name it had then.';
COMMENT ON COLUMN statement_revisions.official_id IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.speaker IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.speaker_id IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.speaker_surface IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.cue IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.kind IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.text IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.start_char IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.end_char IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.spans IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.topics IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.stance IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.negated IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.denied IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.confidence IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.published_at IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.outlet IS 'As in statements.';
COMMENT ON COLUMN statement_revisions.extractor_version IS 'As in statements.';

-- An article is known from when its words arrived here, whenever it was published.
CREATE MACRO articles_as_of(moment) AS TABLE
SELECT * FROM articles WHERE coalesce(revised_at, first_seen_at) <= moment::TIMESTAMPTZ
UNION ALL BY NAME
SELECT *
FROM article_revisions
WHERE coalesce(revised_at, first_seen_at) <= moment::TIMESTAMPTZ
    AND article_id IN (SELECT article_id FROM article_rows WHERE revised_at > moment::TIMESTAMPTZ)
QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY revision DESC) = 1;

CREATE MACRO statements_as_of(moment) AS TABLE
SELECT s.*
FROM statements AS s
SEMI JOIN article_rows AS a
    ON a.article_id = s.article_id AND coalesce(a.revised_at, a.first_seen_at) <= moment::TIMESTAMPTZ
UNION ALL BY NAME
SELECT r.* EXCLUDE (revision) REPLACE (coalesce(k.root, r.utterance_id) AS utterance_id)
FROM statement_revisions AS r
SEMI JOIN articles_as_of(moment) AS a ON a.article_id = r.article_id AND a.revision = r.revision
LEFT JOIN utterance_links AS k ON k.member = r.utterance_id;

-- As positions are drawn, from what had arrived: of one stance that was taken twice, or once by somebody sure.
CREATE MACRO positions_as_of(moment) AS TABLE
SELECT p.official_id, p.topic, p.stance, min(k.said_at) AS since, max(k.said_at) AS until,
    count(DISTINCT k.utterance_id) AS statements, count(*) AS reports,
    arg_min(k.statement_id, (k.said_at, k.place)) AS first_statement_id,
    arg_max(k.statement_id, (k.said_at, k.place)) AS last_statement_id, max(k.confidence) AS confidence
FROM positions AS p
JOIN takes AS k
    ON k.official_id = p.official_id AND k.topic = p.topic AND k.stance = p.stance
    AND k.said_at BETWEEN p.since AND p.until
SEMI JOIN article_rows AS a
    ON a.article_id = k.article_id AND coalesce(a.revised_at, a.first_seen_at) <= moment::TIMESTAMPTZ
GROUP BY p.official_id, p.topic, p.stance, p.since
HAVING count(DISTINCT k.utterance_id) > 1 OR max(coalesce(k.confidence, 1)) >= 0.9;

-- What had fired; how many sources tell an alert by now, and when that was told, is left out.
CREATE MACRO alerts_as_of(moment) AS TABLE
SELECT * EXCLUDE (utterance_ids, sources, roots, told_sources, told_at)
FROM alerts
WHERE fired_at <= moment::TIMESTAMPTZ;
