-- What delivery knows: channels in trouble, what the operator was told, who wants no more. Never edited afterwards.

ALTER TABLE messages ADD COLUMN tried_since TIMESTAMPTZ;
ALTER TABLE messages ADD COLUMN channel_ref VARCHAR;
COMMENT ON COLUMN messages.tried_since IS 'When it was first tried, or revived; it is given up 48 hours later.';
COMMENT ON COLUMN messages.channel_ref IS 'What the channel itself calls it, such as Slack''s ts; NULL where it gives no name.';

CREATE TABLE channels (
    route         VARCHAR PRIMARY KEY,
    failures      INTEGER NOT NULL,
    failing_since TIMESTAMPTZ NOT NULL,
    blocked_at    TIMESTAMPTZ,
    next_try_at   TIMESTAMPTZ NOT NULL,
    last_error    VARCHAR NOT NULL
);
COMMENT ON TABLE channels IS 'Channels that take no message at present: one row each, gone when a message has got through.';
COMMENT ON COLUMN channels.route IS 'email for the mail server, which all have in common; else the channel and its subscriber, such as slack:desk.';
COMMENT ON COLUMN channels.failures IS 'How often in a row it failed.';
COMMENT ON COLUMN channels.failing_since IS 'When it failed first.';
COMMENT ON COLUMN channels.blocked_at IS 'When it said that something must be mended, such as the login; NULL while it may pass by itself.';
COMMENT ON COLUMN channels.next_try_at IS 'When one message tries it again; the others wait.';
COMMENT ON COLUMN channels.last_error IS 'What it answered last.';

CREATE TABLE operator_notices (
    notice_id  VARCHAR PRIMARY KEY,
    key        VARCHAR NOT NULL,
    subject    VARCHAR NOT NULL,
    text       VARCHAR NOT NULL,
    noted_at   TIMESTAMPTZ NOT NULL,
    ended_at   TIMESTAMPTZ,
    message_id VARCHAR
);
COMMENT ON TABLE operator_notices IS 'What the operator was told about Talkwatch itself, each trouble once until it ends.';
COMMENT ON COLUMN operator_notices.notice_id IS 'Name of the notice.';
COMMENT ON COLUMN operator_notices.key IS 'What it is about, such as channel:email or feed:ID.';
COMMENT ON COLUMN operator_notices.subject IS 'The notice in one line.';
COMMENT ON COLUMN operator_notices.text IS 'The notice, with what to do.';
COMMENT ON COLUMN operator_notices.noted_at IS 'When it was noted.';
COMMENT ON COLUMN operator_notices.ended_at IS 'When the trouble was over; NULL while it lasts, the time of the notice where it says that all is well again.';
COMMENT ON COLUMN operator_notices.message_id IS 'The message that tells it; NULL where there is no operator, or his own channel is the one in trouble.';

CREATE TABLE unsubscribed (
    subscriber VARCHAR PRIMARY KEY,
    since      TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE unsubscribed IS 'Subscribers who get nothing, whatever the configuration says.';
COMMENT ON COLUMN unsubscribed.subscriber IS 'Name of the subscriber.';
COMMENT ON COLUMN unsubscribed.since IS 'Since when.';
