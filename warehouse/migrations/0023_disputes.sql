-- Claims and their denials by others. Applied once, in one transaction; never edited afterwards.

CREATE TABLE dispute_rows (
    claim_utterance_id  VARCHAR NOT NULL,
    denial_utterance_id VARCHAR NOT NULL,
    topic               VARCHAR NOT NULL,
    denied_at           TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (claim_utterance_id, denial_utterance_id)
);
COMMENT ON TABLE dispute_rows IS 'Claims and denials by the names that their utterances had then; ask disputes, which knows the present ones.';
COMMENT ON COLUMN dispute_rows.claim_utterance_id IS 'What was claimed.';
COMMENT ON COLUMN dispute_rows.denial_utterance_id IS 'What another said against it.';
COMMENT ON COLUMN dispute_rows.topic IS 'A topic of both.';
COMMENT ON COLUMN dispute_rows.denied_at IS 'When the first article that reports the denial was published, else arrived.';

CREATE VIEW disputes AS
SELECT
    c.utterance_id AS claim_utterance_id,
    d.utterance_id AS denial_utterance_id,
    any_value(c.speaker) AS claimed_by,
    any_value(d.speaker) AS denied_by,
    min(r.topic) AS topic,
    NULL::VARCHAR AS process_id,
    min(r.denied_at) AS denied_at
FROM dispute_rows AS r
LEFT JOIN utterance_links AS lc ON lc.member = r.claim_utterance_id
LEFT JOIN utterance_links AS ld ON ld.member = r.denial_utterance_id
JOIN utterances AS c ON c.utterance_id = coalesce(lc.root, r.claim_utterance_id)
JOIN utterances AS d ON d.utterance_id = coalesce(ld.root, r.denial_utterance_id)
WHERE c.utterance_id <> d.utterance_id
GROUP BY ALL;
COMMENT ON VIEW disputes IS 'A claim and its denial by another, within 48 hours of each other.';
COMMENT ON COLUMN disputes.claim_utterance_id IS 'What was claimed.';
COMMENT ON COLUMN disputes.denial_utterance_id IS 'What another said against it.';
COMMENT ON COLUMN disputes.claimed_by IS 'Who claimed it.';
COMMENT ON COLUMN disputes.denied_by IS 'Who denied it.';
COMMENT ON COLUMN disputes.topic IS 'A topic of both.';
COMMENT ON COLUMN disputes.process_id IS 'The negotiation it is about; NULL as long as none is known.';
COMMENT ON COLUMN disputes.denied_at IS 'When the first article that reports the denial was published, else arrived.';
