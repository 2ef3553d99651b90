-- What readers do by links in their messages. Applied once, in one transaction; never edited afterwards.

ALTER TABLE silences ALTER COLUMN rule DROP NOT NULL;
ALTER TABLE silences ADD COLUMN story_id VARCHAR;
ALTER TABLE silences ADD COLUMN message_id VARCHAR;
COMMENT ON COLUMN silences.rule IS 'The rule that tells nothing; NULL for every rule.';
COMMENT ON COLUMN silences.story_id IS 'Only of this story; NULL for every story.';
COMMENT ON COLUMN silences.message_id IS 'The message by whose link it was asked for; NULL on the command line.';

ALTER TABLE unsubscribed ADD COLUMN message_id VARCHAR;
COMMENT ON COLUMN unsubscribed.message_id IS 'The message by whose link that was asked for; NULL on the command line.';
