-- How far each article was read, and by which version. Applied once, in one transaction; never edited afterwards.

ALTER TABLE articles ADD COLUMN depth VARCHAR;
ALTER TABLE articles ADD COLUMN cut_at INTEGER;
COMMENT ON COLUMN articles.depth IS 'How far it was read: full; left_unread (names no official, topic or rule''s phrase), not_english, took_too_long, took_too_much or crashed: of these there are the watchlist''s mentions only.';
COMMENT ON COLUMN articles.cut_at IS 'The character from which on no statement was looked for, in a text past 200,000; NULL when all was read.';

ALTER TABLE article_revisions ADD COLUMN depth VARCHAR;
ALTER TABLE article_revisions ADD COLUMN cut_at INTEGER;
COMMENT ON COLUMN article_revisions.depth IS 'How far it was read, as in articles.';
COMMENT ON COLUMN article_revisions.cut_at IS 'The character from which on no statement was looked for, as in articles.';

ALTER TABLE mentions ADD COLUMN extractor_version VARCHAR;
COMMENT ON COLUMN mentions.extractor_version IS 'Version of the extractor that found it.';
ALTER TABLE title_mentions ADD COLUMN extractor_version VARCHAR;
COMMENT ON COLUMN title_mentions.extractor_version IS 'Version of the extractor that found it.';

-- Until now all that is English was read in full.
UPDATE articles SET depth = CASE WHEN coalesce(lower(language), 'en') LIKE 'en%' THEN 'full' ELSE 'not_english' END;
UPDATE article_revisions
SET depth = CASE WHEN coalesce(lower(language), 'en') LIKE 'en%' THEN 'full' ELSE 'not_english' END;
UPDATE mentions SET extractor_version = articles.extractor_version
FROM articles WHERE articles.article_id = mentions.article_id;
UPDATE title_mentions SET extractor_version = articles.extractor_version
FROM articles WHERE articles.article_id = title_mentions.article_id;
