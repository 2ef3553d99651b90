-- Whether the words around a topic negate it. Applied once, in one transaction; never edited afterwards.

ALTER TABLE mentions ADD COLUMN negated BOOLEAN;
COMMENT ON COLUMN mentions.negated IS 'Whether the words of its sentence negate the topic ("no ceasefire", "ruled out a truce"); NULL of other kinds, and in rows read by an earlier version.';
ALTER TABLE title_mentions ADD COLUMN negated BOOLEAN;
COMMENT ON COLUMN title_mentions.negated IS 'Whether the words of the title negate the topic; NULL of other kinds, and in rows read by an earlier version.';
COMMENT ON COLUMN statements.negated IS 'Whether all its topics are negated, as mentions.negated has them; of one without topics, whether its first clause is; NULL in rows read by an earlier version.';
