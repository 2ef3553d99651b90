-- Messages gather what is told of one event, not of one story. Applied once, in one transaction; never edited afterwards.

ALTER TABLE messages ADD COLUMN event_id VARCHAR;
COMMENT ON COLUMN messages.event_id IS 'The event it is about, by the name that had when the message was made; NULL for a digest.';
UPDATE messages
SET event_id = coalesce((SELECT l.root FROM event_links AS l WHERE l.member = messages.story_id), messages.story_id);
ALTER TABLE messages DROP COLUMN story_id;
