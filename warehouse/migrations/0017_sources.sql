-- Whose an entry is, where a feed carries other outlets' news. Applied once, in one transaction; never edited afterwards.

ALTER TABLE entries ADD COLUMN source VARCHAR;
COMMENT ON COLUMN entries.source IS 'Whose it is, where the feed names another outlet than its own as the source; NULL where it does not.';
