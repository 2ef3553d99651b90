-- Decisions on rules that wait for a change. Applied once, in one transaction; never edited afterwards.

COMMENT ON COLUMN decisions.reason IS 'new and new_match fire; repeat, same_utterance, cooldown, silenced, too_old, undated, historical, excluded, below_corroboration, duplicate, not_first, no_change and imported do not.';
