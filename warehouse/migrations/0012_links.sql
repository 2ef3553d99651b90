-- Stories and utterances that turn out to be one: a link says so, and views resolve it; tables in place of counts over all
-- rows. Applied once, in one transaction; never edited afterwards.

DROP VIEW stories;
DROP VIEW utterances;

CREATE TABLE story_links (
    member VARCHAR PRIMARY KEY,
    root   VARCHAR NOT NULL,
    body   VARCHAR NOT NULL
);
COMMENT ON TABLE story_links IS 'Articles that belong to another article''s story; one that is not here is alone, or the first of its story. Never a link to a link.';
COMMENT ON COLUMN story_links.member IS 'The article, which a story would be named by if it were alone.';
COMMENT ON COLUMN story_links.root IS 'The story it belongs to, named by its first article.';
COMMENT ON COLUMN story_links.body IS 'Articles of one body are copies of one text, edited or cut; named by its first article.';
INSERT INTO story_links
SELECT article_id, story_id, coalesce(body_id, article_id)
FROM articles
WHERE story_id <> article_id OR body_id <> article_id;

CREATE TABLE utterance_links (
    member VARCHAR PRIMARY KEY,
    root   VARCHAR NOT NULL
);
COMMENT ON TABLE utterance_links IS 'Earlier names of utterances that turned out to be one with an older utterance. Never a link to a link.';
COMMENT ON COLUMN utterance_links.member IS 'The name it had; statements and alerts of that time still bear it.';
COMMENT ON COLUMN utterance_links.root IS 'The utterance it is now part of.';
INSERT INTO utterance_links SELECT name, utterance_id FROM utterance_names;
DROP TABLE utterance_names;
COMMENT ON COLUMN utterance_keys.utterance_id IS 'The utterance it reports, by the name it had when it arrived.';

ALTER TABLE articles RENAME TO article_rows;
ALTER TABLE article_rows DROP COLUMN story_id;
ALTER TABLE article_rows DROP COLUMN body_id;
COMMENT ON TABLE article_rows IS 'The rows of articles as they are written; ask articles, which knows their stories.';

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
    r.cut_at
FROM article_rows AS r
LEFT JOIN story_links AS k ON k.member = r.article_id;
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
COMMENT ON COLUMN articles.sentences IS 'The sentences that rules are matched in; captions, credits and comments are in none.';
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

ALTER TABLE statements RENAME TO statement_rows;
COMMENT ON TABLE statement_rows IS 'The rows of statements as they are written; ask statements, which knows their utterances.';
COMMENT ON COLUMN statement_rows.utterance_id IS 'The utterance it reports, by the name it had when it arrived.';

CREATE VIEW statements AS
SELECT
    r.statement_id,
    r.article_id,
    coalesce(k.root, r.utterance_id) AS utterance_id,
    r.official_id,
    r.speaker,
    r.speaker_id,
    r.speaker_surface,
    r.speaker_start_char,
    r.speaker_end_char,
    r.cue,
    r.cue_start_char,
    r.cue_end_char,
    r.kind,
    r.text,
    r.start_char,
    r.end_char,
    r.spans,
    r.topics,
    r.stance,
    r.published_at,
    r.outlet,
    r.extractor_version,
    r.addressee,
    r.addressee_start_char,
    r.addressee_end_char,
    r.occasion,
    r.occasion_start_char,
    r.occasion_end_char,
    r.condition,
    r.condition_start_char,
    r.condition_end_char,
    r.negated,
    r.modality,
    r.denied,
    r.resolved_by,
    r.confidence
FROM statement_rows AS r
LEFT JOIN utterance_links AS k ON k.member = r.utterance_id;
COMMENT ON VIEW statements IS 'Who said what: one row a statement of an article.';
COMMENT ON COLUMN statements.statement_id IS 'Name of these words in this article.';
COMMENT ON COLUMN statements.article_id IS 'The article; its newest revision is meant.';
COMMENT ON COLUMN statements.utterance_id IS 'The utterance it reports: the same words by the same speaker, in whatever articles, within 48 hours.';
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
COMMENT ON COLUMN statements.addressee IS 'Who was told, as printed: CNN in "told CNN"; NULL when nobody is named.';
COMMENT ON COLUMN statements.addressee_start_char IS 'Where the addressee starts in articles.text.';
COMMENT ON COLUMN statements.addressee_end_char IS 'Where the addressee ends in articles.text, excluded.';
COMMENT ON COLUMN statements.occasion IS 'Where or how it was said, as printed, such as "in an interview with Izvestia"; NULL when it is not told.';
COMMENT ON COLUMN statements.occasion_start_char IS 'Where the occasion starts in articles.text.';
COMMENT ON COLUMN statements.occasion_end_char IS 'Where the occasion ends in articles.text, excluded.';
COMMENT ON COLUMN statements.condition IS 'The words of the condition, where the statement sets one; NULL for none.';
COMMENT ON COLUMN statements.condition_start_char IS 'Where the condition starts in articles.text.';
COMMENT ON COLUMN statements.condition_end_char IS 'Where the condition ends in articles.text, excluded.';
COMMENT ON COLUMN statements.negated IS 'Whether what is said is negated; NULL in rows read by an earlier version.';
COMMENT ON COLUMN statements.modality IS 'How firmly it is said; NULL for a plain statement.';
COMMENT ON COLUMN statements.denied IS 'Whether the article says that this was not said; NULL in rows read by an earlier version.';
COMMENT ON COLUMN statements.resolved_by IS 'The rule that found the speaker; NULL for none.';
COMMENT ON COLUMN statements.confidence IS 'How often that rule is right, 0 to 1; NULL when it is not known.';

ALTER TABLE alerts RENAME TO alert_rows;
COMMENT ON TABLE alert_rows IS 'The rows of alerts as they are written; ask alerts, which knows their utterances.';
COMMENT ON COLUMN alert_rows.utterance_id IS 'The utterance it is about, by the name it had then; NULL for none.';
COMMENT ON COLUMN alert_rows.utterance_ids IS 'Every utterance it has told, follow-ups included, by the names they had then.';

CREATE VIEW alerts AS
SELECT
    r.alert_id,
    r.rule,
    r.rule_version,
    r.article_id,
    r.revision,
    r.story_id,
    r.fired_at,
    r.severity,
    r.keyword,
    r.official_id,
    r.official,
    r.scope,
    r.place,
    r.excerpt,
    r.excerpt_start_char,
    r.excerpt_end_char,
    r.reason,
    r.evidence,
    coalesce(k.root, r.utterance_id) AS utterance_id,
    CASE WHEN r.utterance_ids IS NOT NULL THEN coalesce((
        SELECT list(DISTINCT coalesce(l.root, told.name) ORDER BY coalesce(l.root, told.name))
        FROM (SELECT unnest(r.utterance_ids) AS name) AS told
        LEFT JOIN utterance_links AS l ON l.member = told.name
    ), []) END AS utterance_ids,
    r.stance,
    r.denied,
    r.follows_alert_id,
    r.sources,
    r.roots,
    r.told_sources,
    r.told_at
FROM alert_rows AS r
LEFT JOIN utterance_links AS k ON k.member = r.utterance_id;
COMMENT ON VIEW alerts IS 'Matches that fired: one rule, one article, one official.';
COMMENT ON COLUMN alerts.alert_id IS 'Name of the alert.';
COMMENT ON COLUMN alerts.rule IS 'Name of the rule.';
COMMENT ON COLUMN alerts.rule_version IS 'Changes with any word of the rule.';
COMMENT ON COLUMN alerts.article_id IS 'The article.';
COMMENT ON COLUMN alerts.revision IS 'The article''s revision that the spans count in.';
COMMENT ON COLUMN alerts.story_id IS 'The article''s story when the alert fired.';
COMMENT ON COLUMN alerts.fired_at IS 'When it fired.';
COMMENT ON COLUMN alerts.severity IS 'low, normal or high, as the rule says.';
COMMENT ON COLUMN alerts.keyword IS 'The phrase of the strongest match.';
COMMENT ON COLUMN alerts.official_id IS 'The official.';
COMMENT ON COLUMN alerts.official IS 'Canonical name of the official.';
COMMENT ON COLUMN alerts.scope IS 'How near phrase and official stand: speaks, statement, sentence, paragraph or article.';
COMMENT ON COLUMN alerts.place IS 'Whether the excerpt stands in the title or the text.';
COMMENT ON COLUMN alerts.excerpt IS 'Whole sentences of the article, verbatim.';
COMMENT ON COLUMN alerts.excerpt_start_char IS 'Where the excerpt starts in the title or text.';
COMMENT ON COLUMN alerts.excerpt_end_char IS 'Where the excerpt ends in the title or text, excluded.';
COMMENT ON COLUMN alerts.reason IS 'Why it fired: new or new_match.';
COMMENT ON COLUMN alerts.evidence IS 'What the match rests on, strongest first: what (keyword, official, statement, exclude) stands where.';
COMMENT ON COLUMN alerts.utterance_id IS 'The utterance it is about; NULL for none.';
COMMENT ON COLUMN alerts.utterance_ids IS 'Every utterance it has told, follow-ups included.';
COMMENT ON COLUMN alerts.stance IS 'The stance of the statement it is about; NULL for none.';
COMMENT ON COLUMN alerts.denied IS 'Whether the statement denies that something was said; NULL for alerts of earlier versions.';
COMMENT ON COLUMN alerts.follows_alert_id IS 'The alert of the same rule, official and story before it; NULL for the first.';
COMMENT ON COLUMN alerts.sources IS 'How many independent sources tell its story or report its utterance by now.';
COMMENT ON COLUMN alerts.roots IS 'Those sources by name, such as tass; copies and citations of one are one.';
COMMENT ON COLUMN alerts.told_sources IS 'How many sources it had when it fired or was followed up last.';
COMMENT ON COLUMN alerts.told_at IS 'When it fired or was followed up last.';

CREATE TABLE stories (
    story_id            VARCHAR PRIMARY KEY,
    first_seen_at       TIMESTAMPTZ NOT NULL,
    title               VARCHAR,
    articles            BIGINT NOT NULL,
    outlets             BIGINT NOT NULL,
    independent_sources BIGINT NOT NULL
);
COMMENT ON TABLE stories IS 'One row a story: the articles that tell it, and how many sources they go back to.';
COMMENT ON COLUMN stories.story_id IS 'Name of the story.';
COMMENT ON COLUMN stories.first_seen_at IS 'When its first article arrived.';
COMMENT ON COLUMN stories.title IS 'Headline of its first article.';
COMMENT ON COLUMN stories.articles IS 'How many articles tell it.';
COMMENT ON COLUMN stories.outlets IS 'How many outlets tell it.';
COMMENT ON COLUMN stories.independent_sources IS 'How many different roots they go back to: copies, pages of one owner and citations of one source count once.';
INSERT INTO stories
SELECT
    story_id,
    min(first_seen_at),
    arg_min(title, {'at': first_seen_at, 'article_id': article_id}),
    count(*),
    count(DISTINCT outlet),
    count(DISTINCT coalesce(source, outlet))
FROM articles
GROUP BY story_id;

CREATE TABLE utterances (
    utterance_id        VARCHAR PRIMARY KEY,
    official_id         VARCHAR,
    speaker             VARCHAR,
    first_said_at       TIMESTAMPTZ NOT NULL,
    last_reported_at    TIMESTAMPTZ NOT NULL,
    reports             BIGINT NOT NULL,
    articles            BIGINT NOT NULL,
    outlets             BIGINT NOT NULL,
    independent_sources BIGINT NOT NULL,
    text                VARCHAR NOT NULL,
    statement_id        VARCHAR NOT NULL,
    languages           VARCHAR[],
    said_before         VARCHAR
);
COMMENT ON TABLE utterances IS 'One row a thing said: the same words by the same speaker, however many articles report them, in full or in part.';
COMMENT ON COLUMN utterances.utterance_id IS 'Name of the utterance, given by the first report that arrived.';
COMMENT ON COLUMN utterances.official_id IS 'The speaker on the watchlist; NULL off it.';
COMMENT ON COLUMN utterances.speaker IS 'Name of the speaker; NULL for an unresolved pronoun.';
COMMENT ON COLUMN utterances.first_said_at IS 'When the first article that reports it was published, else when that arrived.';
COMMENT ON COLUMN utterances.last_reported_at IS 'The same of the last.';
COMMENT ON COLUMN utterances.reports IS 'How many statements report it.';
COMMENT ON COLUMN utterances.articles IS 'In how many articles.';
COMMENT ON COLUMN utterances.outlets IS 'Of how many outlets.';
COMMENT ON COLUMN utterances.independent_sources IS 'Of how many sources, copies and citations of one counted once.';
COMMENT ON COLUMN utterances.text IS 'The longest report of it, verbatim.';
COMMENT ON COLUMN utterances.statement_id IS 'The statement that this text is of.';
COMMENT ON COLUMN utterances.languages IS 'Languages of the articles that report it, as ISO 639-1.';
COMMENT ON COLUMN utterances.said_before IS 'The newest earlier utterance of the like by the same speaker; NULL until such are looked for.';
INSERT INTO utterances
SELECT
    s.utterance_id,
    min(s.official_id),
    min(s.speaker),
    min(coalesce(s.published_at, a.first_seen_at)),
    max(coalesce(s.published_at, a.first_seen_at)),
    count(*),
    count(DISTINCT s.article_id),
    count(DISTINCT s.outlet),
    count(DISTINCT coalesce(a.source, a.outlet)),
    max({'characters': length(s.text), 'text': s.text, 'statement_id': s.statement_id}).text,
    max({'characters': length(s.text), 'text': s.text, 'statement_id': s.statement_id}).statement_id,
    coalesce(list(DISTINCT a.language ORDER BY a.language) FILTER (a.language IS NOT NULL), []),
    NULL
FROM statements AS s
JOIN article_rows AS a USING (article_id)
GROUP BY s.utterance_id;
