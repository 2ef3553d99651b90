-- What people thought of alerts, and the subject a message was sent under. Applied once, in one transaction; never edited afterwards.

CREATE TABLE verdicts (
    alert_id   VARCHAR NOT NULL,
    verdict    VARCHAR NOT NULL CHECK (verdict IN ('right', 'wrong', 'seen')),
    why        VARCHAR,
    marked_at  TIMESTAMPTZ NOT NULL,
    subscriber VARCHAR,
    message_id VARCHAR
);
COMMENT ON TABLE verdicts IS 'What people thought of alerts: one row each time one was marked; of one subscriber''s on one alert the newest counts.';
COMMENT ON COLUMN verdicts.alert_id IS 'The alert.';
COMMENT ON COLUMN verdicts.verdict IS 'right, wrong, or seen by somebody who did not judge it.';
COMMENT ON COLUMN verdicts.why IS 'Why, in the words of who marked it.';
COMMENT ON COLUMN verdicts.marked_at IS 'When it was marked.';
COMMENT ON COLUMN verdicts.subscriber IS 'Whose verdict it is; NULL when it was marked on the command line.';
COMMENT ON COLUMN verdicts.message_id IS 'The message in which it was marked, NULL on the command line.';

ALTER TABLE messages ADD COLUMN subject VARCHAR;
COMMENT ON COLUMN messages.subject IS 'The subject it was last sent under, which replies in its thread repeat; NULL before it was tried, and in rows of an earlier version.';
