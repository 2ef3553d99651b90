-- When feeds were not listened to, for rules on silence. Applied once, in one transaction; never edited afterwards.

CREATE TABLE feed_gaps (
    feed_id  VARCHAR NOT NULL,
    began_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE feed_gaps IS 'When a feed was not asked, or gave no answer, for more than an hour and twice its longest interval. A silence is proven only outside of these. What is older than 400 days is dropped.';
COMMENT ON COLUMN feed_gaps.feed_id IS 'The feed.';
COMMENT ON COLUMN feed_gaps.began_at IS 'When it was asked last before, or began to fail.';
COMMENT ON COLUMN feed_gaps.ended_at IS 'When it was asked again, or answered.';

COMMENT ON COLUMN decisions.reason IS 'new and new_match fire; repeat, same_utterance, cooldown, silenced, too_old, undated, historical, excluded, below_corroboration, duplicate, not_first, no_change, feeds_unproven, words_unseen and imported do not.';
COMMENT ON COLUMN alerts.scope IS 'How near phrase and official stand: speaks, acts, statement, sentence, paragraph or article; silent where it is about what the official has not said since.';
