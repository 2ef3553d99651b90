-- Who wants so many of the best says so inside: their texts alone are read then, not those of all that holds the words.
-- Applied once, in one transaction; never edited afterwards.

-- The best hundred thousand are more than anybody looks through, and few enough to be looked up one by one; of `most`
-- alone, where nothing around it leaves any out, so many texts are read and no others. As the view
-- articles, but what stories and events the found ones belong to is looked up for them alone.
CREATE OR REPLACE MACRO search_articles(question, most := 100000) AS TABLE
WITH found AS MATERIALIZED (
    SELECT h.score, t.article_id
    FROM (FROM search_hits(question, false) ORDER BY score DESC, number DESC LIMIT most) AS h
    JOIN search_texts AS t ON t.number = h.number
),
named AS MATERIALIZED (
    SELECT f.score, f.article_id, coalesce(k.root, f.article_id) AS story_id, coalesce(k.body, f.article_id) AS body_id,
        coalesce(e.root, f.article_id) AS event_id
    FROM found AS f
    LEFT JOIN story_links AS k ON k.member = f.article_id
    LEFT JOIN event_links AS e ON e.member = f.article_id
)
SELECT round(n.score, 3) AS score, r.article_id, r.url, r.outlet, r.feed_id, r.title, r.author, r.published_at,
    r.first_seen_at, r.language, r.word_count, r.text, n.story_id, r.revision, r.revised_at, r.sentences,
    r.extractor_version, r.text_hash, r.arrival, n.body_id, r.publisher, r.credit, r.cites, r.copy_kind,
    r.parent_article_id, r.source, r.updated_at, r.section, r.depth, r.cut_at, r.dateline, n.event_id, r.process_id
FROM named AS n
JOIN article_rows AS r ON r.article_id = n.article_id
ORDER BY n.score DESC, r.published_at DESC, r.article_id;

CREATE OR REPLACE MACRO search_statements(question, most := 100000) AS TABLE
WITH found AS MATERIALIZED (
    SELECT h.score, t.statement_id
    FROM (FROM search_hits(question, true) ORDER BY score DESC, number DESC LIMIT most) AS h
    JOIN search_texts AS t ON t.number = h.number
)
SELECT round(f.score, 3) AS score, s.*
FROM found AS f
JOIN statements AS s ON s.statement_id = f.statement_id
ORDER BY f.score DESC, s.published_at DESC, s.statement_id;
