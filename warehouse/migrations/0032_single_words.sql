-- A single word is counted where it stands; only several that have to stand so are put together first.
-- Applied once, in one transaction; never edited afterwards.

CREATE OR REPLACE MACRO search_hits(question, of_statements) AS TABLE
WITH parts AS (SELECT part, unwanted, len(forms) AS length FROM search_parts(question)),
terms AS (
    SELECT DISTINCT m.part, m.place, u.length, search_term(m.form) AS term
    FROM search_meant(question) AS m JOIN parts AS u ON u.part = m.part
),
standing AS (
    SELECT t.part, t.place, t.length, p.number, p.position::INTEGER AS position
    FROM search_places AS p JOIN terms AS t ON p.term = t.term
    WHERE (p.number < 0) = of_statements
    UNION ALL
    SELECT t.part, t.place, t.length, p.number, p.position::INTEGER AS position
    FROM search_new_places AS p JOIN terms AS t ON p.term = t.term
    WHERE (p.number < 0) = of_statements
),
-- One word begins wherever it stands; of several each has to stand in its place.
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
        WHERE length > 1
        GROUP BY part, number, position - place
        HAVING count(DISTINCT place) = any_value(length)
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
