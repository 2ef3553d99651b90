-- Utterances, positions and the calendar of talks. Applied once, in one transaction; never edited afterwards.

ALTER TABLE statements ADD COLUMN addressee VARCHAR;
ALTER TABLE statements ADD COLUMN addressee_start_char INTEGER;
ALTER TABLE statements ADD COLUMN addressee_end_char INTEGER;
ALTER TABLE statements ADD COLUMN occasion VARCHAR;
ALTER TABLE statements ADD COLUMN occasion_start_char INTEGER;
ALTER TABLE statements ADD COLUMN occasion_end_char INTEGER;
ALTER TABLE statements ADD COLUMN condition VARCHAR;
ALTER TABLE statements ADD COLUMN condition_start_char INTEGER;
ALTER TABLE statements ADD COLUMN condition_end_char INTEGER;
ALTER TABLE statements ADD COLUMN negated BOOLEAN;
ALTER TABLE statements ADD COLUMN modality VARCHAR;
ALTER TABLE statements ADD COLUMN denied BOOLEAN;
ALTER TABLE statements ADD COLUMN resolved_by VARCHAR;
ALTER TABLE statements ADD COLUMN confidence DOUBLE;
COMMENT ON COLUMN statements.utterance_id IS 'The utterance it reports: the same words by the same speaker, in whatever articles, within 48 hours.';
COMMENT ON COLUMN statements.addressee IS 'Who was told, as printed: CNN in "told CNN"; NULL when nobody is named.';
COMMENT ON COLUMN statements.addressee_start_char IS 'Where the addressee starts in articles.text.';
COMMENT ON COLUMN statements.addressee_end_char IS 'Where the addressee ends in articles.text, excluded.';
COMMENT ON COLUMN statements.occasion IS 'Where or how it was said, as printed, such as "in an interview with Izvestia"; NULL when it is not told.';
COMMENT ON COLUMN statements.occasion_start_char IS 'Where the occasion starts in articles.text.';
COMMENT ON COLUMN statements.occasion_end_char IS 'Where the occasion ends in articles.text, excluded.';
COMMENT ON COLUMN statements.condition IS 'The words of the condition, where the statement sets one; NULL for none.';
COMMENT ON COLUMN statements.condition_start_char IS 'Where the condition starts in articles.text.';
COMMENT ON COLUMN statements.condition_end_char IS 'Where the condition ends in articles.text, excluded.';
COMMENT ON COLUMN statements.negated IS 'Whether what is said is negated; NULL in rows read by an earlier version.';
COMMENT ON COLUMN statements.modality IS 'How firmly it is said; NULL for a plain statement.';
COMMENT ON COLUMN statements.denied IS 'Whether the article says that this was not said; NULL in rows read by an earlier version.';
COMMENT ON COLUMN statements.resolved_by IS 'The rule that found the speaker; NULL for none.';
COMMENT ON COLUMN statements.confidence IS 'How often that rule is right, 0 to 1; NULL when it is not known.';

CREATE TABLE utterance_keys (
    statement_id VARCHAR NOT NULL,
    utterance_id VARCHAR NOT NULL,
    speaker      VARCHAR NOT NULL,
    said_at      TIMESTAMPTZ NOT NULL,
    seen_at      TIMESTAMPTZ NOT NULL,
    words        VARCHAR NOT NULL,
    quoted       VARCHAR[] NOT NULL,
    keys         BIGINT[] NOT NULL
);
COMMENT ON TABLE utterance_keys IS 'What other reports of the statements of the last days are found by: statements of one speaker that share a key are compared.';
COMMENT ON COLUMN utterance_keys.statement_id IS 'The statement; a revision of its article may have taken it away since.';
COMMENT ON COLUMN utterance_keys.utterance_id IS 'The utterance it reports.';
COMMENT ON COLUMN utterance_keys.speaker IS 'Who said it: an official_id, else the name in small letters.';
COMMENT ON COLUMN utterance_keys.said_at IS 'When its article was published, else when it arrived.';
COMMENT ON COLUMN utterance_keys.seen_at IS 'When these words of it arrived.';
COMMENT ON COLUMN utterance_keys.words IS 'All words said, in small letters, without marks.';
COMMENT ON COLUMN utterance_keys.quoted IS 'The stretches of them that stand in quotation marks, cut at omissions and insertions.';
COMMENT ON COLUMN utterance_keys.keys IS 'Fingerprints of every few words in a row.';

CREATE TABLE utterance_names (
    name         VARCHAR PRIMARY KEY,
    utterance_id VARCHAR NOT NULL
);
COMMENT ON TABLE utterance_names IS 'Earlier names of utterances that turned out to be one with an older utterance.';
COMMENT ON COLUMN utterance_names.name IS 'The name it had.';
COMMENT ON COLUMN utterance_names.utterance_id IS 'The utterance it is now part of.';

CREATE VIEW utterances AS
SELECT
    s.utterance_id,
    min(s.official_id) AS official_id,
    min(s.speaker) AS speaker,
    min(coalesce(s.published_at, a.first_seen_at)) AS first_said_at,
    max(coalesce(s.published_at, a.first_seen_at)) AS last_reported_at,
    count(*) AS reports,
    count(DISTINCT s.article_id) AS articles,
    count(DISTINCT s.outlet) AS outlets,
    count(DISTINCT coalesce(a.source, a.outlet)) AS independent_sources,
    max({'characters': length(s.text), 'text': s.text, 'statement_id': s.statement_id}).text AS text,
    max({'characters': length(s.text), 'text': s.text, 'statement_id': s.statement_id}).statement_id AS statement_id
FROM statements AS s
JOIN articles AS a USING (article_id)
GROUP BY s.utterance_id;
COMMENT ON VIEW utterances IS 'One row a thing said: the same words by the same speaker, however many articles report them, in full or in part.';
COMMENT ON COLUMN utterances.utterance_id IS 'Name of the utterance, given by the first report that arrived.';
COMMENT ON COLUMN utterances.official_id IS 'The speaker on the watchlist; NULL off it.';
COMMENT ON COLUMN utterances.speaker IS 'Name of the speaker; NULL for an unresolved pronoun.';
COMMENT ON COLUMN utterances.first_said_at IS 'When the first article that reports it was published, else when that arrived.';
COMMENT ON COLUMN utterances.last_reported_at IS 'The same of the last.';
COMMENT ON COLUMN utterances.reports IS 'How many statements report it.';
COMMENT ON COLUMN utterances.articles IS 'In how many articles.';
COMMENT ON COLUMN utterances.outlets IS 'Of how many outlets.';
COMMENT ON COLUMN utterances.independent_sources IS 'Of how many sources, copies and citations of one counted once.';
COMMENT ON COLUMN utterances.text IS 'The longest report of it, verbatim.';
COMMENT ON COLUMN utterances.statement_id IS 'The statement that this text is of.';

CREATE TABLE stale_positions (
    official_id VARCHAR NOT NULL,
    topic       VARCHAR NOT NULL
);
COMMENT ON TABLE stale_positions IS 'Whose positions on what have to be computed anew before the transaction ends; empty otherwise.';
COMMENT ON COLUMN stale_positions.official_id IS 'The official.';
COMMENT ON COLUMN stale_positions.topic IS 'The topic.';

INSERT INTO stale_positions SELECT DISTINCT official_id, unnest(topics) FROM statements WHERE official_id IS NOT NULL;

CREATE TABLE positions (
    official_id            VARCHAR NOT NULL,
    topic                  VARCHAR NOT NULL,
    stance                 VARCHAR NOT NULL,
    since                  TIMESTAMPTZ NOT NULL,
    until                  TIMESTAMPTZ NOT NULL,
    statements             INTEGER NOT NULL,
    reports                INTEGER NOT NULL,
    first_statement_id     VARCHAR NOT NULL,
    last_statement_id      VARCHAR NOT NULL,
    confidence             DOUBLE,
    contested              BOOLEAN NOT NULL,
    contested_statement_id VARCHAR
);
COMMENT ON TABLE positions IS 'Where an official stood on a topic from when to when, by his own statements; one row a stretch of one stance.';
COMMENT ON COLUMN positions.official_id IS 'The official.';
COMMENT ON COLUMN positions.topic IS 'The topic.';
COMMENT ON COLUMN positions.stance IS 'accept, offer, demand, condition, reject or threaten; the other stances are no positions.';
COMMENT ON COLUMN positions.since IS 'When it was first stated: publication of the article, else its arrival.';
COMMENT ON COLUMN positions.until IS 'When it was last stated. The newest position of an official is the one he has, however long ago that is.';
COMMENT ON COLUMN positions.statements IS 'How often it was stated; all reports of one utterance count once.';
COMMENT ON COLUMN positions.reports IS 'How many statements of articles report it.';
COMMENT ON COLUMN positions.first_statement_id IS 'The statement that since is of.';
COMMENT ON COLUMN positions.last_statement_id IS 'The statement that until is of.';
COMMENT ON COLUMN positions.confidence IS 'The highest confidence in the speaker of any of its statements; NULL when none is known.';
COMMENT ON COLUMN positions.contested IS 'Whether he, or another official of his side, said the opposite within a day of one of its statements.';
COMMENT ON COLUMN positions.contested_statement_id IS 'The first statement that says the opposite; NULL for none.';

CREATE TABLE position_shifts (
    official_id            VARCHAR NOT NULL,
    topic                  VARCHAR NOT NULL,
    from_stance            VARCHAR NOT NULL,
    to_stance              VARCHAR NOT NULL,
    shifted_at             TIMESTAMPTZ NOT NULL,
    before_statement_id    VARCHAR NOT NULL,
    after_statement_id     VARCHAR NOT NULL,
    confirmed_statement_id VARCHAR,
    contested              BOOLEAN NOT NULL
);
COMMENT ON TABLE position_shifts IS 'Changes of stance of an official on a topic, each between two of his positions.';
COMMENT ON COLUMN position_shifts.official_id IS 'The official.';
COMMENT ON COLUMN position_shifts.topic IS 'The topic.';
COMMENT ON COLUMN position_shifts.from_stance IS 'The stance before.';
COMMENT ON COLUMN position_shifts.to_stance IS 'The stance after.';
COMMENT ON COLUMN position_shifts.shifted_at IS 'When the new stance was first stated.';
COMMENT ON COLUMN position_shifts.before_statement_id IS 'The last statement of the stance before.';
COMMENT ON COLUMN position_shifts.after_statement_id IS 'The first statement of the stance after.';
COMMENT ON COLUMN position_shifts.confirmed_statement_id IS 'The second statement of the stance after; NULL while one of high confidence stands alone.';
COMMENT ON COLUMN position_shifts.contested IS 'Whether the position before or after it is contested.';

CREATE TABLE talks (
    article_id        VARCHAR NOT NULL,
    kind              VARCHAR NOT NULL,
    status            VARCHAR NOT NULL,
    past_round        BOOLEAN NOT NULL,
    starts_on         DATE,
    ends_on           DATE,
    date_surface      VARCHAR,
    place             VARCHAR,
    parties           VARCHAR[] NOT NULL,
    sentence          VARCHAR NOT NULL,
    start_char        INTEGER NOT NULL,
    end_char          INTEGER NOT NULL,
    surface           VARCHAR NOT NULL,
    published_at      TIMESTAMPTZ,
    outlet            VARCHAR NOT NULL,
    extractor_version VARCHAR NOT NULL
);
COMMENT ON TABLE talks IS 'The calendar of talks: meetings, deadlines and truces that sentences of articles name, one row a sentence and kind.';
COMMENT ON COLUMN talks.article_id IS 'The article; its newest revision is meant.';
COMMENT ON COLUMN talks.kind IS 'meeting, deadline or truce.';
COMMENT ON COLUMN talks.status IS 'announced, confirmed, postponed, cancelled or held.';
COMMENT ON COLUMN talks.past_round IS 'Whether it was over for more than 30 days when the article was published.';
COMMENT ON COLUMN talks.starts_on IS 'First day, resolved against the day of publication; NULL where the sentence names none.';
COMMENT ON COLUMN talks.ends_on IS 'Last day; for a week or a month without a day its last.';
COMMENT ON COLUMN talks.date_surface IS 'The words that name the day, verbatim; NULL for none.';
COMMENT ON COLUMN talks.place IS 'Where, as the sentence names it; NULL for none.';
COMMENT ON COLUMN talks.parties IS 'Officials (official_id), else countries and organisations that the sentence names, in its order.';
COMMENT ON COLUMN talks.sentence IS 'The whole sentence, verbatim.';
COMMENT ON COLUMN talks.start_char IS 'Where the sentence starts in articles.text, counted from 0.';
COMMENT ON COLUMN talks.end_char IS 'Where the sentence ends in articles.text, excluded.';
COMMENT ON COLUMN talks.surface IS 'The words in it that name the meeting, deadline or truce.';
COMMENT ON COLUMN talks.published_at IS 'When the article was published.';
COMMENT ON COLUMN talks.outlet IS 'The outlet of the article.';
COMMENT ON COLUMN talks.extractor_version IS 'Version of the extractor that read the article.';
