-- What stands at a feed's address, and which feeds are an office's own: the first place a thing is said. Applied once, in
-- one transaction; never edited afterwards.

ALTER TABLE feeds ADD COLUMN kind VARCHAR DEFAULT 'feed';
COMMENT ON COLUMN feeds.kind IS 'feed, sitemap, listing (a page that lists others) or telegram (the public page of a channel).';
ALTER TABLE feeds ADD COLUMN primary_source BOOLEAN DEFAULT FALSE;
COMMENT ON COLUMN feeds.primary_source IS 'Whether it is the own page of those whose words it has, such as a ministry''s.';
ALTER TABLE utterances ADD COLUMN primary_outlet VARCHAR;
COMMENT ON COLUMN utterances.primary_outlet IS 'The primary source that reports it, one of feeds.primary_source; NULL for none.';
