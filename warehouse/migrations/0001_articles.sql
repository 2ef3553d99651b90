-- Articles and what was read in them. Applied once, in one transaction; never edited afterwards.

CREATE TABLE schema_migrations (
    version    INTEGER PRIMARY KEY,
    name       VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE schema_migrations IS 'The migrations that made this file.';
COMMENT ON COLUMN schema_migrations.version IS 'Number of the migration.';
COMMENT ON COLUMN schema_migrations.name IS 'File name of the migration.';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied.';

CREATE TABLE changes (
    version BIGINT NOT NULL
);
COMMENT ON TABLE changes IS 'One row: how often the content changed; tells whether the published copy is up to date.';
COMMENT ON COLUMN changes.version IS 'Goes up with each change that analysts can see.';
INSERT INTO changes VALUES (0);

CREATE TABLE articles (
    article_id        VARCHAR PRIMARY KEY,
    url               VARCHAR NOT NULL,
    outlet            VARCHAR NOT NULL,
    feed_id           VARCHAR,
    title             VARCHAR,
    author            VARCHAR,
    published_at      TIMESTAMPTZ,
    first_seen_at     TIMESTAMPTZ NOT NULL,
    language          VARCHAR,
    word_count        INTEGER NOT NULL,
    text              VARCHAR NOT NULL,
    story_id          VARCHAR NOT NULL,
    revision          INTEGER NOT NULL,
    revised_at        TIMESTAMPTZ,
    sentences         STRUCT(start_char INTEGER, end_char INTEGER)[],
    extractor_version VARCHAR NOT NULL,
    text_hash         VARCHAR NOT NULL,
    arrival           VARCHAR NOT NULL
);
COMMENT ON TABLE articles IS 'One row an article, its newest revision; older ones are in article_revisions.';
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
COMMENT ON COLUMN articles.story_id IS 'The story it belongs to; at first its own article_id.';
COMMENT ON COLUMN articles.revision IS '1 for the first words seen, one more each time they changed.';
COMMENT ON COLUMN articles.revised_at IS 'When this revision arrived; NULL for the first.';
COMMENT ON COLUMN articles.sentences IS 'The sentences that rules are matched in; captions, credits and comments are in none.';
COMMENT ON COLUMN articles.extractor_version IS 'Version of the extractor that read this revision.';
COMMENT ON COLUMN articles.text_hash IS 'Fingerprint of the words of title and text; a new one makes a revision.';
COMMENT ON COLUMN articles.arrival IS 'How it came: polled, first_poll, ingested or imported.';

CREATE TABLE article_revisions (
    article_id        VARCHAR NOT NULL,
    url               VARCHAR NOT NULL,
    outlet            VARCHAR NOT NULL,
    feed_id           VARCHAR,
    title             VARCHAR,
    author            VARCHAR,
    published_at      TIMESTAMPTZ,
    first_seen_at     TIMESTAMPTZ NOT NULL,
    language          VARCHAR,
    word_count        INTEGER NOT NULL,
    text              VARCHAR NOT NULL,
    story_id          VARCHAR NOT NULL,
    revision          INTEGER NOT NULL,
    revised_at        TIMESTAMPTZ,
    sentences         STRUCT(start_char INTEGER, end_char INTEGER)[],
    extractor_version VARCHAR NOT NULL,
    text_hash         VARCHAR NOT NULL,
    arrival           VARCHAR NOT NULL,
    PRIMARY KEY (article_id, revision)
);
COMMENT ON TABLE article_revisions IS 'Earlier words of articles that changed, one row a revision.';
COMMENT ON COLUMN article_revisions.article_id IS 'Name of the article, made from its canonical address; equal on every machine.';
COMMENT ON COLUMN article_revisions.url IS 'Address of the article.';
COMMENT ON COLUMN article_revisions.outlet IS 'The outlet that published it.';
COMMENT ON COLUMN article_revisions.feed_id IS 'The feed it came by; NULL for an ingested file.';
COMMENT ON COLUMN article_revisions.title IS 'Headline; NULL when there is none.';
COMMENT ON COLUMN article_revisions.author IS 'Byline as printed.';
COMMENT ON COLUMN article_revisions.published_at IS 'When it was published, by its feed or page; NULL when neither says.';
COMMENT ON COLUMN article_revisions.first_seen_at IS 'When it first arrived here.';
COMMENT ON COLUMN article_revisions.language IS 'Language of the text, as ISO 639-1.';
COMMENT ON COLUMN article_revisions.word_count IS 'Words of the text, separated by white space.';
COMMENT ON COLUMN article_revisions.text IS 'The cleaned text. Every offset counts its characters from 0, end excluded.';
COMMENT ON COLUMN article_revisions.story_id IS 'The story it belongs to; at first its own article_id.';
COMMENT ON COLUMN article_revisions.revision IS '1 for the first words seen, one more each time they changed.';
COMMENT ON COLUMN article_revisions.revised_at IS 'When this revision arrived; NULL for the first.';
COMMENT ON COLUMN article_revisions.sentences IS 'The sentences that rules are matched in; captions, credits and comments are in none.';
COMMENT ON COLUMN article_revisions.extractor_version IS 'Version of the extractor that read this revision.';
COMMENT ON COLUMN article_revisions.text_hash IS 'Fingerprint of the words of title and text; a new one makes a revision.';
COMMENT ON COLUMN article_revisions.arrival IS 'How it came: polled, first_poll, ingested or imported.';

CREATE TABLE officials (
    official_id VARCHAR NOT NULL,
    name        VARCHAR NOT NULL,
    country     VARCHAR,
    side        VARCHAR,
    role        VARCHAR,
    role_from   DATE,
    role_to     DATE,
    aliases     VARCHAR[] NOT NULL
);
COMMENT ON TABLE officials IS 'One row a person of the watchlist and term of office; who held no watched office has one row without role.';
COMMENT ON COLUMN officials.official_id IS 'Name of the person as an id, such as dmitry-peskov.';
COMMENT ON COLUMN officials.name IS 'Canonical name.';
COMMENT ON COLUMN officials.country IS 'Country the person speaks for.';
COMMENT ON COLUMN officials.side IS 'Side in the talks, such as ukraine, russia or mediator.';
COMMENT ON COLUMN officials.role IS 'Office held; NULL without one.';
COMMENT ON COLUMN officials.role_from IS 'First day in office; NULL when it is not known.';
COMMENT ON COLUMN officials.role_to IS 'First day out of office; NULL while it lasts.';
COMMENT ON COLUMN officials.aliases IS 'Other spellings of the name that are recognised.';

CREATE TABLE mentions (
    article_id VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,
    ref_id     VARCHAR,
    name       VARCHAR NOT NULL,
    surface    VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char   INTEGER NOT NULL
);
COMMENT ON TABLE mentions IS 'Officials, topics, people, organisations and places named in the texts of articles, one row a place.';
COMMENT ON COLUMN mentions.article_id IS 'The article; its newest revision is meant.';
COMMENT ON COLUMN mentions.kind IS 'official, topic, person, organisation or place.';
COMMENT ON COLUMN mentions.ref_id IS 'official_id, topic or id of what is named; NULL off the watchlist.';
COMMENT ON COLUMN mentions.name IS 'Canonical name of what is named.';
COMMENT ON COLUMN mentions.surface IS 'The very characters of articles.text.';
COMMENT ON COLUMN mentions.start_char IS 'Where they start in articles.text, counted from 0.';
COMMENT ON COLUMN mentions.end_char IS 'Where they end in articles.text, excluded.';

CREATE TABLE title_mentions (
    article_id VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,
    ref_id     VARCHAR,
    name       VARCHAR NOT NULL,
    surface    VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char   INTEGER NOT NULL
);
COMMENT ON TABLE title_mentions IS 'The same for titles: offsets count in articles.title.';
COMMENT ON COLUMN title_mentions.article_id IS 'The article; its newest revision is meant.';
COMMENT ON COLUMN title_mentions.kind IS 'official, topic, person, organisation or place.';
COMMENT ON COLUMN title_mentions.ref_id IS 'official_id, topic or id of what is named; NULL off the watchlist.';
COMMENT ON COLUMN title_mentions.name IS 'Canonical name of what is named.';
COMMENT ON COLUMN title_mentions.surface IS 'The very characters of articles.title.';
COMMENT ON COLUMN title_mentions.start_char IS 'Where they start in articles.title, counted from 0.';
COMMENT ON COLUMN title_mentions.end_char IS 'Where they end in articles.title, excluded.';

CREATE TABLE statements (
    statement_id       VARCHAR PRIMARY KEY,
    article_id         VARCHAR NOT NULL,
    utterance_id       VARCHAR NOT NULL,
    official_id        VARCHAR,
    speaker            VARCHAR,
    speaker_id         VARCHAR,
    speaker_surface    VARCHAR,
    speaker_start_char INTEGER,
    speaker_end_char   INTEGER,
    cue                VARCHAR,
    cue_start_char     INTEGER,
    cue_end_char       INTEGER,
    kind               VARCHAR NOT NULL,
    text               VARCHAR NOT NULL,
    start_char         INTEGER NOT NULL,
    end_char           INTEGER NOT NULL,
    spans              STRUCT(start_char INTEGER, end_char INTEGER)[] NOT NULL,
    topics             VARCHAR[] NOT NULL,
    stance             VARCHAR,
    published_at       TIMESTAMPTZ,
    outlet             VARCHAR NOT NULL,
    extractor_version  VARCHAR NOT NULL
);
COMMENT ON TABLE statements IS 'Who said what: one row a statement of an article.';
COMMENT ON COLUMN statements.statement_id IS 'Name of these words in this article.';
COMMENT ON COLUMN statements.article_id IS 'The article; its newest revision is meant.';
COMMENT ON COLUMN statements.utterance_id IS 'Name of the same words by the same speaker, equal in every article.';
COMMENT ON COLUMN statements.official_id IS 'The speaker on the watchlist; NULL off it. Equal to speaker_id.';
COMMENT ON COLUMN statements.speaker IS 'Canonical name; off the watchlist the fullest name or description; NULL for an unresolved pronoun.';
COMMENT ON COLUMN statements.speaker_id IS 'The speaker on the watchlist; NULL off it.';
COMMENT ON COLUMN statements.speaker_surface IS 'The speaker as printed beside the words.';
COMMENT ON COLUMN statements.speaker_start_char IS 'Where speaker_surface starts in articles.text.';
COMMENT ON COLUMN statements.speaker_end_char IS 'Where speaker_surface ends in articles.text, excluded.';
COMMENT ON COLUMN statements.cue IS 'The verb of saying as printed, such as said.';
COMMENT ON COLUMN statements.cue_start_char IS 'Where the cue starts in articles.text.';
COMMENT ON COLUMN statements.cue_end_char IS 'Where the cue ends in articles.text, excluded.';
COMMENT ON COLUMN statements.kind IS 'direct, indirect or mixed: how much stands in quotation marks.';
COMMENT ON COLUMN statements.text IS 'From the first word said to the last, verbatim.';
COMMENT ON COLUMN statements.start_char IS 'Where the text starts in articles.text, counted from 0.';
COMMENT ON COLUMN statements.end_char IS 'Where the text ends in articles.text, excluded.';
COMMENT ON COLUMN statements.spans IS 'The parts said, in articles.text; more than one for a split quotation.';
COMMENT ON COLUMN statements.topics IS 'Topics the words touch.';
COMMENT ON COLUMN statements.stance IS 'Stance the words take; NULL when none was read.';
COMMENT ON COLUMN statements.published_at IS 'When the article was published.';
COMMENT ON COLUMN statements.outlet IS 'The outlet of the article.';
COMMENT ON COLUMN statements.extractor_version IS 'Version of the extractor that read the statement.';

CREATE VIEW stories AS
SELECT
    story_id,
    min(first_seen_at) AS first_seen_at,
    arg_min(title, first_seen_at) AS title,
    count(*) AS articles,
    count(DISTINCT outlet) AS outlets,
    count(DISTINCT outlet) AS independent_sources
FROM articles
GROUP BY story_id;
COMMENT ON VIEW stories IS 'One row a story. Each article is alone in its story until articles are related.';
COMMENT ON COLUMN stories.story_id IS 'Name of the story.';
COMMENT ON COLUMN stories.first_seen_at IS 'When its first article arrived.';
COMMENT ON COLUMN stories.title IS 'Headline of its first article.';
COMMENT ON COLUMN stories.articles IS 'How many articles tell it.';
COMMENT ON COLUMN stories.outlets IS 'How many outlets tell it.';
COMMENT ON COLUMN stories.independent_sources IS 'How many sources are not copies of another; as long as copies are not told apart, its outlets.';
