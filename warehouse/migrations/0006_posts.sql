-- Live blogs' posts, and the lines that recur on an outlet's pages. Applied once, in one transaction; never edited afterwards.

ALTER TABLE articles ADD COLUMN updated_at TIMESTAMPTZ;
ALTER TABLE articles ADD COLUMN section VARCHAR;
COMMENT ON COLUMN articles.updated_at IS 'When its page or feed said, with this revision, that it was last changed; NULL when neither did.';
COMMENT ON COLUMN articles.section IS 'The part of the outlet it stands in, by its page; NULL when that does not say.';

ALTER TABLE article_revisions ADD COLUMN updated_at TIMESTAMPTZ;
ALTER TABLE article_revisions ADD COLUMN section VARCHAR;
COMMENT ON COLUMN article_revisions.updated_at IS 'When its page or feed said, with this revision, that it was last changed; NULL when neither did.';
COMMENT ON COLUMN article_revisions.section IS 'The part of the outlet it stood in, by its page; NULL when that did not say.';

CREATE TABLE posts (
    article_id   VARCHAR NOT NULL,
    revision     INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    published_at TIMESTAMPTZ,
    start_char   INTEGER NOT NULL,
    end_char     INTEGER NOT NULL,
    PRIMARY KEY (article_id, position)
);
COMMENT ON TABLE posts IS 'The posts of live blogs, those of the newest revision: a live blog is one article, and its text holds them all.';
COMMENT ON COLUMN posts.article_id IS 'The live blog; its newest revision is meant.';
COMMENT ON COLUMN posts.revision IS 'The revision of the article that these offsets count in; equal to articles.revision.';
COMMENT ON COLUMN posts.position IS 'Place of the post on the page, counted from 1; many pages have the newest first.';
COMMENT ON COLUMN posts.published_at IS 'When the post was put up, by the page; NULL when it does not say.';
COMMENT ON COLUMN posts.start_char IS 'Where the post starts in articles.text, counted from 0.';
COMMENT ON COLUMN posts.end_char IS 'Where the post ends in articles.text, excluded.';

CREATE TABLE page_lines (
    site       VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    hashes     VARCHAR[] NOT NULL,
    own        VARCHAR[] NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (site, article_id)
);
COMMENT ON TABLE page_lines IS 'The last pages of each site, line by line, as fingerprints: what boilerplate is learned from.';
COMMENT ON COLUMN page_lines.site IS 'The host of the page, without www or m.';
COMMENT ON COLUMN page_lines.article_id IS 'The article of the page.';
COMMENT ON COLUMN page_lines.hashes IS 'Fingerprints of those of its lines that may be boilerplate.';
COMMENT ON COLUMN page_lines.own IS 'Fingerprints of its longest lines, by which a reprint is known.';
COMMENT ON COLUMN page_lines.seen_at IS 'When the page was read last.';

CREATE TABLE boilerplate (
    site         VARCHAR NOT NULL,
    line_hash    VARCHAR NOT NULL,
    line         VARCHAR NOT NULL,
    articles     INTEGER NOT NULL,
    learned_at   TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (site, line_hash)
);
COMMENT ON TABLE boilerplate IS 'Lines that recur on a site''s pages and are left out of articles.text; forgotten when they have not been seen for long.';
COMMENT ON COLUMN boilerplate.site IS 'The host of the pages, without www or m.';
COMMENT ON COLUMN boilerplate.line_hash IS 'Fingerprint of the line''s words.';
COMMENT ON COLUMN boilerplate.line IS 'The line, as it stood on one of the pages.';
COMMENT ON COLUMN boilerplate.articles IS 'On how many different articles'' pages it was seen.';
COMMENT ON COLUMN boilerplate.learned_at IS 'Since when it is left out.';
COMMENT ON COLUMN boilerplate.last_seen_at IS 'When it was last seen on a page.';
