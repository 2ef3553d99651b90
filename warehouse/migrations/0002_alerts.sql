-- Decisions, alerts and the outbox. Applied once, in one transaction; never edited afterwards.

CREATE TABLE decisions (
    rule        VARCHAR NOT NULL,
    article_id  VARCHAR NOT NULL,
    official_id VARCHAR NOT NULL,
    decided_at  TIMESTAMPTZ NOT NULL,
    reason      VARCHAR NOT NULL,
    alert_id    VARCHAR
);
COMMENT ON TABLE decisions IS 'Every decision about a match, fired or not, with its one reason.';
COMMENT ON COLUMN decisions.rule IS 'Name of the rule.';
COMMENT ON COLUMN decisions.article_id IS 'The article that matched.';
COMMENT ON COLUMN decisions.official_id IS 'The official that matched.';
COMMENT ON COLUMN decisions.decided_at IS 'When it was decided.';
COMMENT ON COLUMN decisions.reason IS 'new and new_match fire; repeat, same_utterance, cooldown, silenced, too_old, undated, historical, excluded, below_corroboration, duplicate and imported do not.';
COMMENT ON COLUMN decisions.alert_id IS 'The alert it made; NULL when it did not fire.';

CREATE TABLE alerts (
    alert_id           VARCHAR PRIMARY KEY,
    rule               VARCHAR NOT NULL,
    rule_version       VARCHAR NOT NULL,
    article_id         VARCHAR NOT NULL,
    revision           INTEGER,
    story_id           VARCHAR NOT NULL,
    fired_at           TIMESTAMPTZ NOT NULL,
    severity           VARCHAR NOT NULL,
    keyword            VARCHAR NOT NULL,
    official_id        VARCHAR NOT NULL,
    official           VARCHAR NOT NULL,
    scope              VARCHAR NOT NULL,
    place              VARCHAR NOT NULL,
    excerpt            VARCHAR NOT NULL,
    excerpt_start_char INTEGER NOT NULL,
    excerpt_end_char   INTEGER NOT NULL,
    reason             VARCHAR NOT NULL,
    evidence           STRUCT(what VARCHAR, place VARCHAR, surface VARCHAR, start_char INTEGER, end_char INTEGER, ref VARCHAR)[] NOT NULL,
    utterance_id       VARCHAR
);
COMMENT ON TABLE alerts IS 'Matches that fired: one rule, one article, one official.';
COMMENT ON COLUMN alerts.alert_id IS 'Name of the alert.';
COMMENT ON COLUMN alerts.rule IS 'Name of the rule.';
COMMENT ON COLUMN alerts.rule_version IS 'Changes with any word of the rule.';
COMMENT ON COLUMN alerts.article_id IS 'The article.';
COMMENT ON COLUMN alerts.revision IS 'The article''s revision that the spans count in.';
COMMENT ON COLUMN alerts.story_id IS 'The article''s story when the alert fired.';
COMMENT ON COLUMN alerts.fired_at IS 'When it fired.';
COMMENT ON COLUMN alerts.severity IS 'low, normal or high, as the rule says.';
COMMENT ON COLUMN alerts.keyword IS 'The phrase of the strongest match.';
COMMENT ON COLUMN alerts.official_id IS 'The official.';
COMMENT ON COLUMN alerts.official IS 'Canonical name of the official.';
COMMENT ON COLUMN alerts.scope IS 'How near phrase and official stand: speaks, statement, sentence, paragraph or article.';
COMMENT ON COLUMN alerts.place IS 'Whether the excerpt stands in the title or the text.';
COMMENT ON COLUMN alerts.excerpt IS 'Whole sentences of the article, verbatim.';
COMMENT ON COLUMN alerts.excerpt_start_char IS 'Where the excerpt starts in the title or text.';
COMMENT ON COLUMN alerts.excerpt_end_char IS 'Where the excerpt ends in the title or text, excluded.';
COMMENT ON COLUMN alerts.reason IS 'Why it fired: new or new_match.';
COMMENT ON COLUMN alerts.evidence IS 'What the match rests on, strongest first: what (keyword, official, statement, exclude) stands where.';
COMMENT ON COLUMN alerts.utterance_id IS 'The utterance it is about; NULL for none.';

CREATE TABLE messages (
    message_id   VARCHAR PRIMARY KEY,
    subscriber   VARCHAR NOT NULL,
    channel      VARCHAR NOT NULL,
    story_id     VARCHAR,
    created_at   TIMESTAMPTZ NOT NULL,
    due_at       TIMESTAMPTZ NOT NULL,
    held_by      VARCHAR,
    status       VARCHAR NOT NULL,
    attempts     INTEGER NOT NULL,
    attempted_at TIMESTAMPTZ,
    last_error   VARCHAR,
    sent_at      TIMESTAMPTZ
);
COMMENT ON TABLE messages IS 'The outbox: one row a message to one subscriber. Addresses are never stored.';
COMMENT ON COLUMN messages.message_id IS 'Name of the message; a repeated sending keeps it.';
COMMENT ON COLUMN messages.subscriber IS 'Name of the subscriber.';
COMMENT ON COLUMN messages.channel IS 'The channel, such as email or slack.';
COMMENT ON COLUMN messages.story_id IS 'The story it is about; NULL for a digest.';
COMMENT ON COLUMN messages.created_at IS 'When its first alert was put in it.';
COMMENT ON COLUMN messages.due_at IS 'When it may leave, or be tried again.';
COMMENT ON COLUMN messages.held_by IS 'What held it back: quiet_hours, throttle, digest or NULL.';
COMMENT ON COLUMN messages.status IS 'pending, sent, retry or dead.';
COMMENT ON COLUMN messages.attempts IS 'How often it was tried; above 0 no alert joins it any more.';
COMMENT ON COLUMN messages.attempted_at IS 'When the last try began.';
COMMENT ON COLUMN messages.last_error IS 'What the channel answered last when it did not take it.';
COMMENT ON COLUMN messages.sent_at IS 'When the channel took it.';

CREATE TABLE message_alerts (
    message_id VARCHAR NOT NULL,
    alert_id   VARCHAR NOT NULL,
    position   INTEGER NOT NULL,
    PRIMARY KEY (message_id, alert_id)
);
COMMENT ON TABLE message_alerts IS 'Which alerts a message tells, in order.';
COMMENT ON COLUMN message_alerts.message_id IS 'The message.';
COMMENT ON COLUMN message_alerts.alert_id IS 'The alert.';
COMMENT ON COLUMN message_alerts.position IS 'Place of the alert in the message, from 0.';

CREATE VIEW deliveries AS
SELECT
    m.message_id,
    a.alert_id,
    m.subscriber,
    m.channel,
    m.status,
    m.held_by,
    m.attempts,
    m.last_error,
    m.due_at,
    m.sent_at
FROM messages AS m
JOIN message_alerts AS a USING (message_id);
COMMENT ON VIEW deliveries IS 'One row an alert and message it went into: where it stands with each subscriber.';
COMMENT ON COLUMN deliveries.message_id IS 'Name of the message.';
COMMENT ON COLUMN deliveries.alert_id IS 'The alert it tells.';
COMMENT ON COLUMN deliveries.subscriber IS 'Name of the subscriber.';
COMMENT ON COLUMN deliveries.channel IS 'The channel, such as email or slack.';
COMMENT ON COLUMN deliveries.status IS 'pending, sent, retry or dead.';
COMMENT ON COLUMN deliveries.held_by IS 'What held it back: quiet_hours, throttle, digest or NULL.';
COMMENT ON COLUMN deliveries.attempts IS 'How often it was tried.';
COMMENT ON COLUMN deliveries.last_error IS 'What the channel answered last when it did not take it.';
COMMENT ON COLUMN deliveries.due_at IS 'When it may leave, or be tried again.';
COMMENT ON COLUMN deliveries.sent_at IS 'When the channel took it.';
