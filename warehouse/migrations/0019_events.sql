-- Happenings: which articles tell of one, by links as stories have them. Applied once, in one transaction; never edited
-- afterwards.

CREATE TABLE event_keys (
    article_id VARCHAR PRIMARY KEY,
    publisher  VARCHAR NOT NULL,
    told_at    TIMESTAMPTZ NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    headline   BIGINT[] NOT NULL,
    opening    BIGINT[] NOT NULL,
    voice      VARCHAR,
    heard      VARCHAR[] NOT NULL
);
COMMENT ON TABLE event_keys IS 'What articles of late are known by, for finding others on the same happening.';
COMMENT ON COLUMN event_keys.article_id IS 'The article.';
COMMENT ON COLUMN event_keys.publisher IS 'Whoever answers for its page.';
COMMENT ON COLUMN event_keys.told_at IS 'When it was published, else when it arrived.';
COMMENT ON COLUMN event_keys.seen_at IS 'When these words of it arrived.';
COMMENT ON COLUMN event_keys.headline IS 'Keys of what its headline names, and of the words in it that tell something.';
COMMENT ON COLUMN event_keys.opening IS 'The same of headline and beginning.';
COMMENT ON COLUMN event_keys.voice IS 'The official quoted most at its beginning; NULL for none.';
COMMENT ON COLUMN event_keys.heard IS 'All officials quoted at its beginning.';

CREATE TABLE event_links (
    member VARCHAR PRIMARY KEY,
    root   VARCHAR NOT NULL
);
COMMENT ON TABLE event_links IS 'Articles that belong to another article''s event; one that is not here is alone, or the first of its event. Never a link to a link.';
COMMENT ON COLUMN event_links.member IS 'The article, which an event would be named by if it were alone.';
COMMENT ON COLUMN event_links.root IS 'The event it belongs to, named by its first article.';
-- Until articles arrive that are compared, each story is an event.
INSERT INTO event_links SELECT member, root FROM story_links;

ALTER TABLE article_revisions ADD COLUMN event_id VARCHAR;
COMMENT ON COLUMN article_revisions.event_id IS 'The event it belonged to when it was set aside; NULL when none was known.';

DROP VIEW articles;
CREATE VIEW articles AS
SELECT
    r.article_id,
    r.url,
    r.outlet,
    r.feed_id,
    r.title,
    r.author,
    r.published_at,
    r.first_seen_at,
    r.language,
    r.word_count,
    r.text,
    coalesce(k.root, r.article_id) AS story_id,
    r.revision,
    r.revised_at,
    r.sentences,
    r.extractor_version,
    r.text_hash,
    r.arrival,
    coalesce(k.body, r.article_id) AS body_id,
    r.publisher,
    r.credit,
    r.cites,
    r.copy_kind,
    r.parent_article_id,
    r.source,
    r.updated_at,
    r.section,
    r.depth,
    r.cut_at,
    r.dateline,
    coalesce(e.root, r.article_id) AS event_id
FROM article_rows AS r
LEFT JOIN story_links AS k ON k.member = r.article_id
LEFT JOIN event_links AS e ON e.member = r.article_id;
COMMENT ON VIEW articles IS 'One row an article, its newest revision; older ones are in article_revisions.';
COMMENT ON COLUMN articles.article_id IS 'Name of the article, made from its canonical address; equal on every machine.';
COMMENT ON COLUMN articles.url IS 'Address of the article.';
COMMENT ON COLUMN articles.outlet IS 'The outlet that published it.';
COMMENT ON COLUMN articles.feed_id IS 'The feed it came by; NULL for an ingested file.';
COMMENT ON COLUMN articles.title IS 'Headline; NULL when there is none.';
COMMENT ON COLUMN articles.author IS 'Byline as printed.';
COMMENT ON COLUMN articles.published_at IS 'When it was published, by its feed or page; NULL when neither says.';
COMMENT ON COLUMN articles.first_seen_at IS 'When it first arrived here.';
COMMENT ON COLUMN articles.language IS 'Language of the text, as ISO 639-1.';
COMMENT ON COLUMN articles.word_count IS 'Words of the text, separated by white space.';
COMMENT ON COLUMN articles.text IS 'The cleaned text. Every offset counts its characters from 0, end excluded.';
COMMENT ON COLUMN articles.story_id IS 'The story it belongs to, named by the first article that told it.';
COMMENT ON COLUMN articles.revision IS '1 for the first words seen, one more each time they changed.';
COMMENT ON COLUMN articles.revised_at IS 'When this revision arrived; NULL for the first.';
COMMENT ON COLUMN articles.sentences IS 'The sentences that rules are matched in; datelines, captions, credits and comments are in none.';
COMMENT ON COLUMN articles.extractor_version IS 'Version of the extractor that read this revision.';
COMMENT ON COLUMN articles.text_hash IS 'Fingerprint of the words of title and text; a new one makes a revision.';
COMMENT ON COLUMN articles.arrival IS 'How it came: polled, first_poll, ingested or imported.';
COMMENT ON COLUMN articles.body_id IS 'Articles with one body_id are copies of one text, edited or cut.';
COMMENT ON COLUMN articles.publisher IS 'Whoever answers for the page: agency or owner, else registered domain, else outlet.';
COMMENT ON COLUMN articles.credit IS 'The agency that its credit line, dateline or byline names; NULL for none.';
COMMENT ON COLUMN articles.cites IS 'The source that its news goes back to by its own words, such as tass; NULL for none.';
COMMENT ON COLUMN articles.copy_kind IS 'original, wire_copy (an agency''s or another outlet''s text), same_owner or citing.';
COMMENT ON COLUMN articles.parent_article_id IS 'The article of this story that it copies or cites; NULL for none that is here.';
COMMENT ON COLUMN articles.source IS 'The root its news goes back to; equal for all copies of one text.';
COMMENT ON COLUMN articles.updated_at IS 'When its page or feed said, with this revision, that it was last changed; NULL when neither did.';
COMMENT ON COLUMN articles.section IS 'The part of the outlet it stands in, by its page; NULL when that does not say.';
COMMENT ON COLUMN articles.depth IS 'How far it was read: full; left_unread (names no official, topic or rule''s phrase), not_english, took_too_long, took_too_much or crashed: of these there are the watchlist''s mentions only.';
COMMENT ON COLUMN articles.cut_at IS 'The character from which on no statement was looked for, in a text past 200,000; NULL when all was read.';
COMMENT ON COLUMN articles.dateline IS 'Where, when and by which agency it says it was written, as printed: ISTANBUL, Nov 29 (Reuters); NULL for none, and in rows read by an earlier version.';
COMMENT ON COLUMN articles.event_id IS 'The happening it tells of, with all articles on it, whatever their text; named by the first of them.';

CREATE TABLE events (
    event_id            VARCHAR PRIMARY KEY,
    title               VARCHAR,
    first_seen_at       TIMESTAMPTZ NOT NULL,
    last_seen_at        TIMESTAMPTZ NOT NULL,
    articles            BIGINT NOT NULL,
    stories             BIGINT NOT NULL,
    outlets             BIGINT NOT NULL,
    independent_sources BIGINT NOT NULL
);
COMMENT ON TABLE events IS 'One row a happening: a press conference, a call, a strike, and what is written of it in its first days.';
COMMENT ON COLUMN events.event_id IS 'Its first article.';
COMMENT ON COLUMN events.title IS 'The headline of its first article.';
COMMENT ON COLUMN events.first_seen_at IS 'When its first article arrived.';
COMMENT ON COLUMN events.last_seen_at IS 'When its newest article arrived.';
COMMENT ON COLUMN events.articles IS 'Articles that tell of it.';
COMMENT ON COLUMN events.stories IS 'Stories that tell of it: texts, each with its copies.';
COMMENT ON COLUMN events.outlets IS 'Outlets that tell of it.';
COMMENT ON COLUMN events.independent_sources IS 'Roots that its articles go back to: copies and citations count once.';
INSERT INTO events
SELECT
    a.event_id,
    arg_min(a.title, {'at': a.first_seen_at, 'article_id': a.article_id}),
    min(a.first_seen_at),
    max(a.first_seen_at),
    count(*),
    count(DISTINCT a.story_id),
    count(DISTINCT a.outlet),
    count(DISTINCT coalesce(a.source, a.outlet))
FROM articles AS a
GROUP BY a.event_id;
