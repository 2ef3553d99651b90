-- Which texts hold a word is read without where in them it stands, which only phrases need; and what is in very many
-- texts is looked for in the newest of them.
-- Applied once, in one transaction; never edited afterwards.

ALTER TABLE search_places RENAME TO search_places_before;
ALTER TABLE search_new_places RENAME TO search_new_places_before;

CREATE TABLE search_places (
    term      BIGINT NOT NULL,
    number    INTEGER NOT NULL,
    times     UTINYINT NOT NULL,
    positions USMALLINT[] NOT NULL
);
COMMENT ON TABLE search_places IS 'Which texts hold each form of a word, in long runs sorted by term, so that little of it is read for a question.';
COMMENT ON COLUMN search_places.term IS 'The form of the word: search_term of it.';
COMMENT ON COLUMN search_places.number IS 'The article or statement, by its number in search_texts; one that is not there is gone.';
COMMENT ON COLUMN search_places.times IS 'How often it stands there, up to 255; in a headline, or a statement''s speaker, once counts three times.';
COMMENT ON COLUMN search_places.positions IS 'Which words of it these are: those of a headline or speaker count from 1, those of the text from 1001.';

CREATE TABLE search_new_places (
    term      BIGINT NOT NULL,
    number    INTEGER NOT NULL,
    times     UTINYINT NOT NULL,
    positions USMALLINT[] NOT NULL
);
COMMENT ON TABLE search_new_places IS 'As search_places, of what came last: moved there once there is enough of it.';
COMMENT ON COLUMN search_new_places.term IS 'As in search_places.';
COMMENT ON COLUMN search_new_places.number IS 'As in search_places.';
COMMENT ON COLUMN search_new_places.times IS 'As in search_places.';
COMMENT ON COLUMN search_new_places.positions IS 'As in search_places.';

-- What is there, a part of the terms after the other, so that a large warehouse fits into memory.
CREATE TEMP MACRO search_places_of(part) AS TABLE
SELECT term, number, least(255, sum(CASE WHEN position <= 1000 THEN 3 ELSE 1 END))::UTINYINT AS times,
    list(position ORDER BY position) AS positions
FROM (FROM search_places_before UNION ALL FROM search_new_places_before) AS p
SEMI JOIN search_texts AS t ON t.number = p.number
WHERE term >= part * 8796093022208 AND term < (part + 1) * 8796093022208
GROUP BY term, number
ORDER BY term, number;
INSERT INTO search_places FROM search_places_of(0);
INSERT INTO search_places FROM search_places_of(1);
INSERT INTO search_places FROM search_places_of(2);
INSERT INTO search_places FROM search_places_of(3);
INSERT INTO search_places FROM search_places_of(4);
INSERT INTO search_places FROM search_places_of(5);
INSERT INTO search_places FROM search_places_of(6);
INSERT INTO search_places FROM search_places_of(7);
INSERT INTO search_places FROM search_places_of(8);
INSERT INTO search_places FROM search_places_of(9);
INSERT INTO search_places FROM search_places_of(10);
INSERT INTO search_places FROM search_places_of(11);
INSERT INTO search_places FROM search_places_of(12);
INSERT INTO search_places FROM search_places_of(13);
INSERT INTO search_places FROM search_places_of(14);
INSERT INTO search_places FROM search_places_of(15);
INSERT INTO search_places FROM search_places_of(16);
INSERT INTO search_places FROM search_places_of(17);
INSERT INTO search_places FROM search_places_of(18);
INSERT INTO search_places FROM search_places_of(19);
INSERT INTO search_places FROM search_places_of(20);
INSERT INTO search_places FROM search_places_of(21);
INSERT INTO search_places FROM search_places_of(22);
INSERT INTO search_places FROM search_places_of(23);
INSERT INTO search_places FROM search_places_of(24);
INSERT INTO search_places FROM search_places_of(25);
INSERT INTO search_places FROM search_places_of(26);
INSERT INTO search_places FROM search_places_of(27);
INSERT INTO search_places FROM search_places_of(28);
INSERT INTO search_places FROM search_places_of(29);
INSERT INTO search_places FROM search_places_of(30);
INSERT INTO search_places FROM search_places_of(31);
DROP MACRO search_places_of;
DROP TABLE search_places_before;
DROP TABLE search_new_places_before;

-- Every part has to be there. Okapi BM25 (k1 = 1.2, b = 0.75). Of the words that have to be there the rarest decides
-- which texts are looked at: those that hold it, or, if it is in more, the newest hundred thousand of these and all that
-- came as late; what came before is then no part of the collection.
CREATE OR REPLACE MACRO search_hits(question, of_statements) AS TABLE
WITH parts AS MATERIALIZED (SELECT part, unwanted, len(forms) AS length FROM search_parts(question)),
terms AS MATERIALIZED (
    SELECT DISTINCT m.part, m.place, u.length, search_term(m.form) AS term
    FROM search_meant(question) AS m JOIN parts AS u ON u.part = m.part
),
standing AS MATERIALIZED (
    SELECT t.part, t.place, t.length, p.number, p.times
    FROM (
        SELECT term, number, times FROM search_places
        UNION ALL
        SELECT term, number, times FROM search_new_places
    ) AS p
    JOIN terms AS t ON p.term = t.term
    WHERE (p.number < 0) = of_statements
),
spread AS MATERIALIZED (
    SELECT part, place, abs(number) // 4096 AS block, count(*) AS texts FROM standing GROUP BY part, place, block
),
rarest AS MATERIALIZED (
    SELECT s.part, s.place
    FROM spread AS s JOIN parts AS u ON u.part = s.part
    WHERE NOT u.unwanted
    GROUP BY s.part, s.place
    ORDER BY sum(s.texts), s.part, s.place
    LIMIT 1
),
beginning AS MATERIALIZED (
    SELECT coalesce(max(block), 0) * 4096 AS number
    FROM (
        SELECT block, sum(sum(texts)) OVER (ORDER BY block DESC) AS texts
        FROM spread SEMI JOIN rarest USING (part, place)
        GROUP BY block
    )
    WHERE texts >= 100000
),
candidates AS MATERIALIZED (
    SELECT DISTINCT number
    FROM standing SEMI JOIN rarest USING (part, place)
    WHERE abs(number) >= (FROM beginning)
),
counted AS (
    SELECT part, number, sum(times) AS times
    FROM standing
    WHERE length = 1 AND number IN (FROM candidates)
    GROUP BY part, number
    UNION ALL
    SELECT part, number, sum(CASE WHEN beginning < 1000 THEN 3 ELSE 1 END) AS times
    FROM (
        SELECT part, number, beginning
        FROM (
            SELECT t.part, t.length, p.number, unnest(p.positions)::INTEGER - t.place AS beginning
            FROM (FROM search_places UNION ALL FROM search_new_places) AS p
            JOIN terms AS t ON p.term = t.term
            WHERE t.length > 1 AND p.number IN (FROM candidates)
        )
        GROUP BY part, number, beginning
        HAVING count(*) = any_value(length)
    )
    GROUP BY part, number
),
collection AS (
    SELECT count(*) AS texts, avg(words) AS length
    FROM search_texts
    WHERE (number < 0) = of_statements AND abs(number) >= (FROM beginning)
),
common AS (
    SELECT part, min(texts) AS texts
    FROM (
        SELECT part, place, sum(texts) AS texts FROM spread WHERE block * 4096 >= (FROM beginning) GROUP BY part, place
    )
    GROUP BY part
),
weighed AS (
    SELECT k.number, k.part,
        ln(1 + (greatest(c.texts - o.texts, 0) + 0.5) / (o.texts + 0.5))
            * k.times * 2.2 / (k.times + 1.2 * (0.25 + 0.75 * t.words / c.length)) AS weight
    FROM counted AS k
    JOIN search_texts AS t ON t.number = k.number
    JOIN common AS o ON o.part = k.part, collection AS c
)
SELECT w.number, sum(w.weight) AS score
FROM weighed AS w JOIN parts AS u ON u.part = w.part
GROUP BY w.number
HAVING count(*) FILTER (NOT u.unwanted) = (SELECT count(*) FROM parts WHERE NOT unwanted) AND NOT bool_or(u.unwanted);
