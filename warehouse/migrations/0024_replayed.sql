-- Revisions made here, of pages that were kept. Applied once, in one transaction; never edited afterwards.

COMMENT ON COLUMN articles.arrival IS 'How these words came: polled, first_poll, ingested or imported; or replayed: cleaned again here from the page that was kept, which is no change of the outlet''s.';
COMMENT ON COLUMN article_rows.arrival IS 'As in articles.';
COMMENT ON COLUMN article_revisions.arrival IS 'As in articles.';
