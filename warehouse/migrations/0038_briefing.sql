-- Briefings: messages that are due without any alert. Applied once, in one transaction; never edited afterwards.

COMMENT ON COLUMN messages.held_by IS 'What held it back: quiet_hours, throttle, digest or NULL; briefing for the daily one, which leaves with or without alerts.';
COMMENT ON COLUMN deliveries.held_by IS 'What held it back: quiet_hours, throttle, digest, briefing or NULL.';
