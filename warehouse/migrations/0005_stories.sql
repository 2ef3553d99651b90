-- Stories, copies and the names of entries. Applied once, in one transaction; never edited afterwards.

ALTER TABLE articles ADD COLUMN body_id VARCHAR;
ALTER TABLE articles ADD COLUMN publisher VARCHAR;
ALTER TABLE articles ADD COLUMN credit VARCHAR;
ALTER TABLE articles ADD COLUMN cites VARCHAR;
ALTER TABLE articles ADD COLUMN copy_kind VARCHAR;
ALTER TABLE articles ADD COLUMN parent_article_id VARCHAR;
ALTER TABLE articles ADD COLUMN source VARCHAR;
COMMENT ON COLUMN articles.story_id IS 'The story it belongs to, named by the first article that told it.';
COMMENT ON COLUMN articles.body_id IS 'Articles with one body_id are copies of one text, edited or cut.';
COMMENT ON COLUMN articles.publisher IS 'Whoever answers for the page: agency or owner, else registered domain, else outlet.';
COMMENT ON COLUMN articles.credit IS 'The agency that its credit line, dateline or byline names; NULL for none.';
COMMENT ON COLUMN articles.cites IS 'The source that its news goes back to by its own words, such as tass; NULL for none.';
COMMENT ON COLUMN articles.copy_kind IS 'original, wire_copy (an agency''s or another outlet''s text), same_owner or citing.';
COMMENT ON COLUMN articles.parent_article_id IS 'The article of this story that it copies or cites; NULL for none that is here.';
COMMENT ON COLUMN articles.source IS 'The root its news goes back to; equal for all copies of one text.';

ALTER TABLE article_revisions ADD COLUMN body_id VARCHAR;
ALTER TABLE article_revisions ADD COLUMN publisher VARCHAR;
ALTER TABLE article_revisions ADD COLUMN credit VARCHAR;
ALTER TABLE article_revisions ADD COLUMN cites VARCHAR;
ALTER TABLE article_revisions ADD COLUMN copy_kind VARCHAR;
ALTER TABLE article_revisions ADD COLUMN parent_article_id VARCHAR;
ALTER TABLE article_revisions ADD COLUMN source VARCHAR;
COMMENT ON COLUMN article_revisions.story_id IS 'The story it belonged to.';
COMMENT ON COLUMN article_revisions.body_id IS 'Articles with one body_id are copies of one text, edited or cut.';
COMMENT ON COLUMN article_revisions.publisher IS 'Whoever answers for the page: agency or owner, else registered domain, else outlet.';
COMMENT ON COLUMN article_revisions.credit IS 'The agency that its credit line, dateline or byline names; NULL for none.';
COMMENT ON COLUMN article_revisions.cites IS 'The source that its news goes back to by its own words, such as tass; NULL for none.';
COMMENT ON COLUMN article_revisions.copy_kind IS 'original, wire_copy (an agency''s or another outlet''s text), same_owner or citing.';
COMMENT ON COLUMN article_revisions.parent_article_id IS 'The article of this story that it copied or cited; NULL for none that is here.';
COMMENT ON COLUMN article_revisions.source IS 'The root its news goes back to; equal for all copies of one text.';

UPDATE articles SET
    body_id = article_id,
    publisher = 'outlet:' || lower(trim(outlet)),
    copy_kind = 'original',
    source = 'outlet:' || lower(trim(outlet));

CREATE TABLE story_keys (
    article_id VARCHAR NOT NULL,
    publisher  VARCHAR NOT NULL,
    told_at    TIMESTAMPTZ NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    keys       BIGINT[] NOT NULL
);
COMMENT ON TABLE story_keys IS 'What copies of the articles of the last days are found by: articles that share a key are compared.';
COMMENT ON COLUMN story_keys.article_id IS 'The article.';
COMMENT ON COLUMN story_keys.publisher IS 'Whoever answers for its page.';
COMMENT ON COLUMN story_keys.told_at IS 'When it was published, else when it arrived.';
COMMENT ON COLUMN story_keys.seen_at IS 'When these words of it arrived.';
COMMENT ON COLUMN story_keys.keys IS 'Fingerprints of its bands, sentences and quotations.';

CREATE TABLE entry_names (
    name      VARCHAR PRIMARY KEY,
    entry_key VARCHAR NOT NULL
);
COMMENT ON TABLE entry_names IS 'All the names an entry is known by in its feed: a feed that changes its ids brings nothing new.';
COMMENT ON COLUMN entry_names.name IS 'Fingerprint of the entry''s id, link or content, with its feed.';
COMMENT ON COLUMN entry_names.entry_key IS 'The entry.';
INSERT INTO entry_names SELECT entry_key, entry_key FROM entries;

CREATE OR REPLACE VIEW stories AS
SELECT
    story_id,
    min(first_seen_at) AS first_seen_at,
    arg_min(title, first_seen_at) AS title,
    count(*) AS articles,
    count(DISTINCT outlet) AS outlets,
    count(DISTINCT coalesce(source, outlet)) AS independent_sources
FROM articles
GROUP BY story_id;
COMMENT ON VIEW stories IS 'One row a story: the articles that tell it, and how many sources they go back to.';
COMMENT ON COLUMN stories.story_id IS 'Name of the story.';
COMMENT ON COLUMN stories.first_seen_at IS 'When its first article arrived.';
COMMENT ON COLUMN stories.title IS 'Headline of its first article.';
COMMENT ON COLUMN stories.articles IS 'How many articles tell it.';
COMMENT ON COLUMN stories.outlets IS 'How many outlets tell it.';
COMMENT ON COLUMN stories.independent_sources IS 'How many different roots they go back to: copies, pages of one owner and citations of one source count once.';
