-- Search looks up for what it finds alone what that belongs to, and puts words together only where the rarest stands.
-- Applied once, in one transaction; never edited afterwards.

CREATE OR REPLACE MACRO search_hits(question, of_statements) AS TABLE
WITH parts AS (SELECT part, unwanted, len(forms) AS length FROM search_parts(question)),
terms AS MATERIALIZED (
    SELECT DISTINCT m.part, m.place, u.length, search_term(m.form) AS term
    FROM search_meant(question) AS m JOIN parts AS u ON u.part = m.part
),
standing AS NOT MATERIALIZED (
    SELECT t.part, t.place, t.length, p.number, p.position::INTEGER AS position
    FROM search_places AS p JOIN terms AS t ON p.term = t.term
    WHERE (p.number < 0) = of_statements
    UNION ALL
    SELECT t.part, t.place, t.length, p.number, p.position::INTEGER AS position
    FROM search_new_places AS p JOIN terms AS t ON p.term = t.term
    WHERE (p.number < 0) = of_statements
),
-- Several words can begin only where their rarest stands in its place.
rarest AS (
    SELECT part, arg_min(place, places) AS place
    FROM (SELECT part, place, count(*) AS places FROM standing WHERE length > 1 GROUP BY part, place)
    GROUP BY part
),
candidates AS (
    SELECT s.part, s.number, s.position - s.place AS beginning
    FROM standing AS s SEMI JOIN rarest AS r ON r.part = s.part AND r.place = s.place
),
-- One word begins wherever it stands; of several each has to stand in its place, where no more than one form can.
beginnings AS (
    SELECT part, number, sum(CASE WHEN position <= 1000 THEN 3 ELSE 1 END) AS times
    FROM standing
    WHERE length = 1
    GROUP BY part, number
    UNION ALL
    SELECT part, number, sum(CASE WHEN beginning < 1000 THEN 3 ELSE 1 END) AS times
    FROM (
        SELECT part, number, position - place AS beginning
        FROM standing
        WHERE length > 1 AND (part, number, position - place) IN (FROM candidates)
        GROUP BY part, number, position - place
        HAVING count(*) = any_value(length)
    )
    GROUP BY part, number
),
counted AS (
    SELECT b.part, b.number, b.times, t.words
    FROM beginnings AS b JOIN search_texts AS t ON t.number = b.number
),
collection AS (
    SELECT count(*) AS texts, avg(words) AS length FROM search_texts WHERE (number < 0) = of_statements
),
common AS (SELECT part, count(*) AS texts FROM counted GROUP BY part),
weighed AS (
    SELECT k.number, k.part,
        ln(1 + (c.texts - o.texts + 0.5) / (o.texts + 0.5))
            * k.times * 2.2 / (k.times + 1.2 * (0.25 + 0.75 * k.words / c.length)) AS weight
    FROM counted AS k JOIN common AS o ON o.part = k.part, collection AS c
)
SELECT w.number, sum(w.weight) AS score
FROM weighed AS w JOIN parts AS u ON u.part = w.part
GROUP BY w.number
HAVING count(*) FILTER (NOT u.unwanted) = (SELECT count(*) FROM parts WHERE NOT unwanted) AND NOT bool_or(u.unwanted);

-- The best hundred thousand are more than anybody looks through, and few enough to be looked up one by one. As the view
-- articles, but what stories and events the found ones belong to is looked up for them alone.
CREATE OR REPLACE MACRO search_articles(question) AS TABLE
WITH found AS MATERIALIZED (
    SELECT h.score, t.article_id
    FROM (FROM search_hits(question, false) ORDER BY score DESC, number DESC LIMIT 100000) AS h
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

CREATE OR REPLACE MACRO search_statements(question) AS TABLE
WITH found AS MATERIALIZED (
    SELECT h.score, t.statement_id
    FROM (FROM search_hits(question, true) ORDER BY score DESC, number DESC LIMIT 100000) AS h
    JOIN search_texts AS t ON t.number = h.number
)
SELECT round(f.score, 3) AS score, s.*
FROM found AS f
JOIN statements AS s ON s.statement_id = f.statement_id
ORDER BY f.score DESC, s.published_at DESC, s.statement_id;

-- In the order in which they are looked up: what a form means by the form, what answers to a key by the key.
CREATE TEMP TABLE search_keys_found AS FROM search_keys;
DELETE FROM search_keys;
INSERT INTO search_keys FROM search_keys_found ORDER BY asked, if(asked, form, key);
DROP TABLE search_keys_found;
