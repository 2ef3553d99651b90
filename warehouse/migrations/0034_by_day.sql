-- Counts by day, which stay when the details of old decisions, messages and passes are dropped. Applied once, in one transaction; never edited afterwards.

CREATE TABLE decisions_by_day (
    day       DATE NOT NULL,
    rule      VARCHAR NOT NULL,
    reason    VARCHAR NOT NULL,
    decisions BIGINT NOT NULL,
    PRIMARY KEY (day, rule, reason)
);
COMMENT ON TABLE decisions_by_day IS 'How often each rule decided how, of the days whose decisions were dropped, as [retention] says.';
COMMENT ON COLUMN decisions_by_day.day IS 'The day, in UTC.';
COMMENT ON COLUMN decisions_by_day.rule IS 'Name of the rule.';
COMMENT ON COLUMN decisions_by_day.reason IS 'The reason, as in decisions.';
COMMENT ON COLUMN decisions_by_day.decisions IS 'How many decisions.';

CREATE TABLE deliveries_by_day (
    day        DATE NOT NULL,
    subscriber VARCHAR NOT NULL,
    channel    VARCHAR NOT NULL,
    status     VARCHAR NOT NULL,
    messages   BIGINT NOT NULL,
    alerts     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    PRIMARY KEY (day, subscriber, channel, status)
);
COMMENT ON TABLE deliveries_by_day IS 'What became of messages, of the days whose messages were dropped, as [retention] says.';
COMMENT ON COLUMN deliveries_by_day.day IS 'The day they were due, in UTC.';
COMMENT ON COLUMN deliveries_by_day.subscriber IS 'Name of the subscriber.';
COMMENT ON COLUMN deliveries_by_day.channel IS 'The channel, such as email or slack.';
COMMENT ON COLUMN deliveries_by_day.status IS 'sent or dead.';
COMMENT ON COLUMN deliveries_by_day.messages IS 'How many messages.';
COMMENT ON COLUMN deliveries_by_day.alerts IS 'How many alerts they told.';
COMMENT ON COLUMN deliveries_by_day.attempts IS 'How often they were tried, together.';

CREATE TABLE runs_by_day (
    day   DATE NOT NULL,
    name  VARCHAR NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (day, name)
);
COMMENT ON TABLE runs_by_day IS 'What passes counted, of the days whose passes were dropped, as [retention] says.';
COMMENT ON COLUMN runs_by_day.day IS 'The day they began, in UTC.';
COMMENT ON COLUMN runs_by_day.name IS 'A count of runs by its name there; passes for how many there were.';
COMMENT ON COLUMN runs_by_day.total IS 'Its sum over the passes of the day.';

COMMENT ON COLUMN nightly.task IS 'integrity: keys, references, places in texts and counts are looked through; texts: those that are kept for a time only are dropped; details: decisions, messages and passes of old days are counted by day and dropped.';
COMMENT ON COLUMN nightly.found IS 'integrity: rows that are wrong; texts, details: how many were dropped in all.';
COMMENT ON COLUMN nightly.up_to IS 'texts, details: what came before this has been looked at.';
