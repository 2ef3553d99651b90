-- What was said in the year before, for telling what is said for the first time. Applied once, in one transaction; never
-- edited afterwards.

CREATE TABLE sayings (
    statement_id VARCHAR NOT NULL,
    utterance_id VARCHAR NOT NULL,
    speaker      VARCHAR NOT NULL,
    said_at      TIMESTAMPTZ NOT NULL,
    seen_at      TIMESTAMPTZ NOT NULL,
    words        VARCHAR NOT NULL,
    quoted       VARCHAR[] NOT NULL,
    keys         BIGINT[] NOT NULL,
    sentences    VARCHAR[] NOT NULL,
    earlier      VARCHAR,
    earlier_at   TIMESTAMPTZ
);
COMMENT ON TABLE sayings IS 'What each utterance of the last year is recognised by when its speaker says the like again: its first report, and those by which an earlier one was found.';
COMMENT ON COLUMN sayings.statement_id IS 'The report.';
COMMENT ON COLUMN sayings.utterance_id IS 'The utterance it reports, by the name it had when it arrived.';
COMMENT ON COLUMN sayings.speaker IS 'Whom it is compared with: id of the official, else the name in small letters.';
COMMENT ON COLUMN sayings.said_at IS 'When its article was published, else arrived.';
COMMENT ON COLUMN sayings.seen_at IS 'When these words of its article arrived.';
COMMENT ON COLUMN sayings.words IS 'Its words, plain.';
COMMENT ON COLUMN sayings.quoted IS 'The stretches in quotation marks.';
COMMENT ON COLUMN sayings.keys IS 'Keys of its words, and of each few in a row.';
COMMENT ON COLUMN sayings.sentences IS 'Its sentences as their meaning is compared.';
COMMENT ON COLUMN sayings.earlier IS 'The newest utterance of the like by its speaker, more than 48 hours before, by the name it had then; NULL for none that is known.';
COMMENT ON COLUMN sayings.earlier_at IS 'When that was said.';
INSERT INTO sayings
SELECT DISTINCT ON (utterance_id)
    statement_id, utterance_id, speaker, said_at, seen_at, words, quoted, keys, coalesce(sentences, []), NULL, NULL
FROM utterance_keys
ORDER BY utterance_id, seen_at, statement_id;

ALTER TABLE utterances ADD COLUMN said_before_at TIMESTAMPTZ;
COMMENT ON COLUMN utterances.said_before IS 'The newest earlier utterance of the like by the same speaker, of the year before; NULL where he says it for the first time.';
COMMENT ON COLUMN utterances.said_before_at IS 'When that was said; NULL where he says it for the first time.';
COMMENT ON COLUMN decisions.reason IS 'new and new_match fire; repeat, same_utterance, cooldown, silenced, too_old, undated, historical, excluded, below_corroboration, duplicate, not_first and imported do not.';
