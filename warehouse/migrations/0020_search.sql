-- Search: which words stand where, kept with the articles and statements, and what each form of a word is found by.
-- Applied once, in one transaction; never edited afterwards.

CREATE SEQUENCE search_numbers;

CREATE TABLE search_texts (
    number       INTEGER NOT NULL,
    article_id   VARCHAR NOT NULL,
    statement_id VARCHAR,
    words        INTEGER NOT NULL
);
COMMENT ON TABLE search_texts IS 'What search looks through: a row for each article and statement. Ask search_articles and search_statements.';
COMMENT ON COLUMN search_texts.number IS 'Its number in search_places; below 0 for a statement.';
COMMENT ON COLUMN search_texts.article_id IS 'The article, or that of the statement.';
COMMENT ON COLUMN search_texts.statement_id IS 'The statement; NULL for an article.';
COMMENT ON COLUMN search_texts.words IS 'Words of it, headline or speaker included.';

CREATE TABLE search_places (
    term     BIGINT NOT NULL,
    number   INTEGER NOT NULL,
    position USMALLINT NOT NULL
);
COMMENT ON TABLE search_places IS 'Where each form of a word stands, in long runs sorted by term, so that little of it is read for a question.';
COMMENT ON COLUMN search_places.term IS 'The form of the word: search_term of it.';
COMMENT ON COLUMN search_places.number IS 'The article or statement, by its number in search_texts; one that is not there is gone.';
COMMENT ON COLUMN search_places.position IS 'Which word of it it is: those of a headline or speaker count from 1, those of the text from 1001.';

CREATE TABLE search_new_places (
    term     BIGINT NOT NULL,
    number   INTEGER NOT NULL,
    position USMALLINT NOT NULL
);
COMMENT ON TABLE search_new_places IS 'As search_places, of what came last: moved there once there is enough of it.';
COMMENT ON COLUMN search_new_places.term IS 'As in search_places.';
COMMENT ON COLUMN search_new_places.number IS 'As in search_places.';
COMMENT ON COLUMN search_new_places.position IS 'As in search_places.';

CREATE TABLE search_words (
    form     VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    PRIMARY KEY (form, language)
);
COMMENT ON TABLE search_words IS 'Every form of a word that stands in a text, in lower case.';
COMMENT ON COLUMN search_words.form IS 'The form.';
COMMENT ON COLUMN search_words.language IS 'Language of the texts it stands in, as ISO 639-1; empty where nobody knows, and for names of the watchlist.';

CREATE TABLE search_keys (
    key   VARCHAR NOT NULL,
    form  VARCHAR NOT NULL,
    asked BOOLEAN NOT NULL
);
COMMENT ON TABLE search_keys IS 'What forms of one word, and spellings of one name, are found by: who asks for a form means the forms that have one of its keys.';
COMMENT ON COLUMN search_keys.key IS 'The stem in its language, or the name that it is a spelling of.';
COMMENT ON COLUMN search_keys.form IS 'The form.';
COMMENT ON COLUMN search_keys.asked IS 'Whether the key is what the form means in a question; else what it answers to.';

-- A word is letters and figures with the apostrophes inside it; hyphens separate.
CREATE MACRO search_forms(text) AS list_filter(
    regexp_extract_all(lower(translate(coalesce(text, ''), '’ʼ', '''''')), '[\p{L}\p{M}\p{N}]+(?:''[\p{L}\p{M}\p{N}]+)*'),
    lambda form: length(form) <= 64
);
CREATE MACRO search_term(form) AS ('0x' || md5(form)[:12])::BIGINT;

-- The parts of a question: a word, or "several words" that stand so; a -part must not be there, and word* begins so.
CREATE MACRO search_parts(question) AS TABLE
SELECT part, starts_with(piece, '-') AS unwanted, ends_with(piece, '*') AS is_open, search_forms(piece) AS forms
FROM (
    SELECT unnest(found) AS piece, generate_subscripts(found, 1) AS part
    FROM (SELECT regexp_extract_all(question, '-?["“”„«][^"“”„«»]*["“”»]?\*?|[^\s"“”„«»]+') AS found)
)
WHERE len(search_forms(piece)) > 0;

-- The forms of words that a question means: all forms of its words, in whatever languages they are words, and all
-- spellings of its names. One that nobody has written yet is taken for those that begin most like it.
CREATE MACRO search_meant(question) AS TABLE
WITH asked AS (
    SELECT part, unwanted, is_open AND place = length AS is_open, place, form
    FROM (
        SELECT part, unwanted, is_open, len(forms) AS length, unnest(forms) AS form,
            generate_subscripts(forms, 1) AS place
        FROM search_parts(question)
    )
),
known AS (
    SELECT part, place, form FROM asked WHERE NOT is_open
    UNION ALL
    SELECT a.part, a.place, w.form
    FROM (
        SELECT * FROM asked
        WHERE NOT is_open AND length(form) >= 5
            AND form NOT IN (SELECT w.form FROM search_words AS w SEMI JOIN asked AS b ON w.form = b.form)
    ) AS a
    JOIN search_words AS w
        ON starts_with(w.form, a.form[:greatest(4, length(a.form) - 3)])
        AND abs(length(w.form) - length(a.form)) <= 3
    QUALIFY rank() OVER (
        PARTITION BY a.part, a.place
        ORDER BY starts_with(w.form, a.form) DESC, starts_with(w.form, a.form[:-2]) DESC,
            starts_with(w.form, a.form[:-3]) DESC
    ) = 1
),
meant AS (
    SELECT part, place, form FROM known
    UNION
    SELECT a.part, a.place, w.form FROM asked AS a JOIN search_words AS w ON starts_with(w.form, a.form) WHERE a.is_open
    UNION
    SELECT k.part, k.place, answers.form
    FROM (
        SELECT known.part, known.place, keys.key
        FROM known JOIN search_keys AS keys ON keys.form = known.form AND keys.asked
        UNION
        SELECT part, place, form FROM asked WHERE NOT is_open
    ) AS k
    JOIN search_keys AS answers ON answers.key = k.key AND NOT answers.asked
)
SELECT part, place, form FROM meant;

-- Every part has to be there. Okapi BM25 (k1 = 1.2, b = 0.75); a word of the headline, or of a statement's speaker,
-- counts three times.
CREATE MACRO search_hits(question, of_statements) AS TABLE
WITH parts AS (SELECT part, unwanted, len(forms) AS length FROM search_parts(question)),
terms AS (SELECT DISTINCT part, place, search_term(form) AS term FROM search_meant(question)),
standing AS (
    SELECT t.part, t.place, p.number, p.position::INTEGER AS position
    FROM search_places AS p JOIN terms AS t ON p.term = t.term
    WHERE (p.number < 0) = of_statements
    UNION ALL
    SELECT t.part, t.place, p.number, p.position::INTEGER AS position
    FROM search_new_places AS p JOIN terms AS t ON p.term = t.term
    WHERE (p.number < 0) = of_statements
),
beginnings AS (
    SELECT s.part, s.number, s.position - s.place AS beginning
    FROM standing AS s JOIN parts AS u ON u.part = s.part
    GROUP BY s.part, s.number, s.position - s.place
    HAVING count(DISTINCT s.place) = any_value(u.length)
),
counted AS (
    SELECT b.part, b.number, sum(CASE WHEN b.beginning < 1000 THEN 3 ELSE 1 END) AS times, any_value(t.words) AS words
    FROM beginnings AS b JOIN search_texts AS t ON t.number = b.number
    GROUP BY b.part, b.number
),
collection AS (
    SELECT count(*) AS texts, avg(words) AS length FROM search_texts WHERE (number < 0) = of_statements
),
weighed AS (
    SELECT number, part,
        ln(1 + (c.texts - count(*) OVER (PARTITION BY part) + 0.5) / (count(*) OVER (PARTITION BY part) + 0.5))
            * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * words / c.length)) AS weight
    FROM counted, collection AS c
)
SELECT w.number, sum(w.weight) AS score
FROM weighed AS w JOIN parts AS u ON u.part = w.part
GROUP BY w.number
HAVING count(*) FILTER (NOT u.unwanted) = (SELECT count(*) FROM parts WHERE NOT unwanted) AND NOT bool_or(u.unwanted);

CREATE MACRO search_articles(question) AS TABLE
SELECT round(h.score, 3) AS score, a.*
FROM search_hits(question, false) AS h
JOIN search_texts AS t ON t.number = h.number
JOIN articles AS a ON a.article_id = t.article_id
ORDER BY h.score DESC, a.published_at DESC, a.article_id;

CREATE MACRO search_statements(question) AS TABLE
SELECT round(h.score, 3) AS score, s.*
FROM search_hits(question, true) AS h
JOIN search_texts AS t ON t.number = h.number
JOIN statements AS s ON s.statement_id = t.statement_id
ORDER BY h.score DESC, s.published_at DESC, s.statement_id;

-- What is here already.
CREATE TEMP TABLE searched AS
SELECT nextval('search_numbers')::INTEGER AS number, article_id, NULL::VARCHAR AS statement_id,
    split_part(coalesce(language, ''), '-', 1) AS language, search_forms(title)[:999] AS head,
    search_forms(text)[:64000] AS body
FROM article_rows;
INSERT INTO searched
SELECT -nextval('search_numbers')::INTEGER, s.article_id, s.statement_id, split_part(coalesce(a.language, ''), '-', 1),
    search_forms(s.speaker)[:999], search_forms(s.text)[:64000]
FROM statement_rows AS s
JOIN article_rows AS a ON a.article_id = s.article_id;
INSERT INTO search_texts SELECT number, article_id, statement_id, len(head) + len(body) FROM searched;
INSERT INTO search_words SELECT DISTINCT unnest(list_concat(head, body)), language FROM searched;
CREATE TEMP TABLE search_terms AS SELECT form, search_term(form) AS term FROM (SELECT DISTINCT form FROM search_words);
INSERT INTO search_places
SELECT t.term, s.number, s.position
FROM (
    SELECT number, unnest(list_concat(head, body)) AS form,
        unnest(list_concat(range(1, len(head) + 1), range(1001, 1001 + len(body)))) AS position
    FROM searched
) AS s
JOIN search_terms AS t ON t.form = s.form
ORDER BY t.term, s.number;
DROP TABLE searched;
DROP TABLE search_terms;
