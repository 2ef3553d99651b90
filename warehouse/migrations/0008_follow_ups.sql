-- One alert for one thing said: its sources, what follows it up, and silences. Applied once, in one transaction; never edited afterwards.

ALTER TABLE decisions ADD COLUMN told_by VARCHAR;
COMMENT ON COLUMN decisions.told_by IS 'The alert that had told it already, for repeat, same_utterance, duplicate and cooldown; NULL otherwise.';

ALTER TABLE alerts ADD COLUMN utterance_ids VARCHAR[];
ALTER TABLE alerts ADD COLUMN stance VARCHAR;
ALTER TABLE alerts ADD COLUMN denied BOOLEAN;
ALTER TABLE alerts ADD COLUMN follows_alert_id VARCHAR;
ALTER TABLE alerts ADD COLUMN sources INTEGER;
ALTER TABLE alerts ADD COLUMN roots VARCHAR[];
ALTER TABLE alerts ADD COLUMN told_sources INTEGER;
ALTER TABLE alerts ADD COLUMN told_at TIMESTAMPTZ;
COMMENT ON COLUMN alerts.utterance_ids IS 'Every utterance it has told, follow-ups included.';
COMMENT ON COLUMN alerts.stance IS 'The stance of the statement it is about; NULL for none.';
COMMENT ON COLUMN alerts.denied IS 'Whether the statement denies that something was said; NULL for alerts of earlier versions.';
COMMENT ON COLUMN alerts.follows_alert_id IS 'The alert of the same rule, official and story before it; NULL for the first.';
COMMENT ON COLUMN alerts.sources IS 'How many independent sources tell its story or report its utterance by now.';
COMMENT ON COLUMN alerts.roots IS 'Those sources by name, such as tass; copies and citations of one are one.';
COMMENT ON COLUMN alerts.told_sources IS 'How many sources it had when it fired or was followed up last.';
COMMENT ON COLUMN alerts.told_at IS 'When it fired or was followed up last.';
UPDATE alerts SET utterance_ids = CASE WHEN utterance_id IS NULL THEN [] ELSE [utterance_id] END, told_at = fired_at;

ALTER TABLE messages ADD COLUMN thread_of VARCHAR;
COMMENT ON COLUMN messages.thread_of IS 'The message to the same subscriber that it replies to; NULL when it starts a thread.';

CREATE TABLE follow_ups (
    follow_up_id       VARCHAR PRIMARY KEY,
    alert_id           VARCHAR NOT NULL,
    news               VARCHAR NOT NULL,
    noted_at           TIMESTAMPTZ NOT NULL,
    sources            INTEGER NOT NULL,
    revision           INTEGER,
    keyword            VARCHAR NOT NULL,
    scope              VARCHAR NOT NULL,
    place              VARCHAR NOT NULL,
    excerpt            VARCHAR NOT NULL,
    excerpt_start_char INTEGER NOT NULL,
    excerpt_end_char   INTEGER NOT NULL,
    evidence           STRUCT(what VARCHAR, place VARCHAR, surface VARCHAR, start_char INTEGER, end_char INTEGER, ref VARCHAR)[] NOT NULL
);
COMMENT ON TABLE follow_ups IS 'What was new about alerts after they fired; each is told in a message that replies to the alert''s.';
COMMENT ON COLUMN follow_ups.follow_up_id IS 'Name of the follow-up.';
COMMENT ON COLUMN follow_ups.alert_id IS 'The alert it is about.';
COMMENT ON COLUMN follow_ups.news IS 'corroborated (more independent sources), corrected (the article changed the words quoted), added (it says something more) or repeated (its rule asks for that).';
COMMENT ON COLUMN follow_ups.noted_at IS 'When it was noted.';
COMMENT ON COLUMN follow_ups.sources IS 'How many independent sources the alert had then.';
COMMENT ON COLUMN follow_ups.revision IS 'The revision of the alert''s article that the offsets count in.';
COMMENT ON COLUMN follow_ups.keyword IS 'The phrase of the strongest match in the words shown.';
COMMENT ON COLUMN follow_ups.scope IS 'How near phrase and official stand in them.';
COMMENT ON COLUMN follow_ups.place IS 'Whether they stand in the title or the text.';
COMMENT ON COLUMN follow_ups.excerpt IS 'The words shown: whole sentences of the article, verbatim.';
COMMENT ON COLUMN follow_ups.excerpt_start_char IS 'Where they start in the title or text.';
COMMENT ON COLUMN follow_ups.excerpt_end_char IS 'Where they end in the title or text, excluded.';
COMMENT ON COLUMN follow_ups.evidence IS 'What stands where in them, as in alerts.';

CREATE TABLE message_follow_ups (
    message_id   VARCHAR NOT NULL,
    follow_up_id VARCHAR NOT NULL,
    position     INTEGER NOT NULL,
    PRIMARY KEY (message_id, follow_up_id)
);
COMMENT ON TABLE message_follow_ups IS 'Which follow-ups a message tells, in order.';
COMMENT ON COLUMN message_follow_ups.message_id IS 'The message.';
COMMENT ON COLUMN message_follow_ups.follow_up_id IS 'The follow-up.';
COMMENT ON COLUMN message_follow_ups.position IS 'Place of the follow-up in the message, from 0.';

CREATE TABLE silences (
    silence_id  VARCHAR PRIMARY KEY,
    rule        VARCHAR NOT NULL,
    official_id VARCHAR,
    subscriber  VARCHAR,
    starts_at   TIMESTAMPTZ NOT NULL,
    ends_at     TIMESTAMPTZ NOT NULL,
    author      VARCHAR NOT NULL,
    reason      VARCHAR
);
COMMENT ON TABLE silences IS 'Rules that were kept from firing for a time.';
COMMENT ON COLUMN silences.silence_id IS 'Name of the silence.';
COMMENT ON COLUMN silences.rule IS 'The rule.';
COMMENT ON COLUMN silences.official_id IS 'The one official it is about; NULL for all.';
COMMENT ON COLUMN silences.subscriber IS 'The one subscriber who hears nothing; NULL for all.';
COMMENT ON COLUMN silences.starts_at IS 'From when on.';
COMMENT ON COLUMN silences.ends_at IS 'Until when, excluded; moved to the moment it was ended early.';
COMMENT ON COLUMN silences.author IS 'Who asked for it.';
COMMENT ON COLUMN silences.reason IS 'Why, in his words.';
