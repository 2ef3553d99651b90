-- Negotiations, by which statements, positions, talks and events are kept apart. Applied once, in one transaction; never
-- edited afterwards.

CREATE TABLE processes (
    process_id VARCHAR PRIMARY KEY,
    name       VARCHAR NOT NULL,
    parties    VARCHAR[] NOT NULL,
    since      DATE,
    until      DATE
);
COMMENT ON TABLE processes IS 'The negotiations of the watchlist.';
COMMENT ON COLUMN processes.process_id IS 'Name of the negotiation, as rules name it.';
COMMENT ON COLUMN processes.name IS 'What it is called.';
COMMENT ON COLUMN processes.parties IS 'Who negotiates.';
COMMENT ON COLUMN processes.since IS 'The day from which words may be about it; NULL for any.';
COMMENT ON COLUMN processes.until IS 'The first day on which they may be no more; NULL while it is open.';

ALTER TABLE article_rows ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN article_rows.process_id IS 'The negotiation it is about, of processes; NULL for none, and in rows read by an earlier version.';
ALTER TABLE article_revisions ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN article_revisions.process_id IS 'The negotiation it was about; NULL for none, and in rows read by an earlier version.';
ALTER TABLE statement_rows ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN statement_rows.process_id IS 'The negotiation it is about; NULL for none, and in rows read by an earlier version.';
ALTER TABLE statement_revisions ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN statement_revisions.process_id IS 'As in statements.';
ALTER TABLE takes ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN takes.process_id IS 'The negotiation the statement is about; NULL for none, and in rows read by an earlier version.';
ALTER TABLE positions ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN positions.process_id IS 'The negotiation it is taken in; NULL for none, and for what an earlier version read.';
ALTER TABLE position_shifts ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN position_shifts.process_id IS 'The negotiation it was made in; NULL for none, and for what an earlier version read.';
ALTER TABLE stale_positions ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN stale_positions.process_id IS 'In which negotiation; NULL for none.';
ALTER TABLE talks ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN talks.process_id IS 'The negotiation it belongs to; NULL for none, and in rows read by an earlier version.';
ALTER TABLE events ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN events.process_id IS 'The negotiation that most of its articles are about; NULL for none, and until an article of it is read by this version.';
ALTER TABLE utterances ADD COLUMN process_id VARCHAR;
COMMENT ON COLUMN utterances.process_id IS 'The negotiation that most of its reports are about; NULL for none, and until one of them is read by this version.';

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
    coalesce(e.root, r.article_id) AS event_id,
    r.process_id
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
COMMENT ON COLUMN articles.text IS 'The cleaned text. Every offset counts its characters from 0, end excluded. Empty, with a word_count, where [retention] dropped it: it had matched nothing.';
COMMENT ON COLUMN articles.story_id IS 'The story it belongs to, named by the first article that told it.';
COMMENT ON COLUMN articles.revision IS '1 for the first words seen, one more each time they changed.';
COMMENT ON COLUMN articles.revised_at IS 'When this revision arrived; NULL for the first.';
COMMENT ON COLUMN articles.sentences IS 'The sentences that rules are matched in; datelines, captions, credits and comments are in none.';
COMMENT ON COLUMN articles.extractor_version IS 'Version of the extractor that read this revision.';
COMMENT ON COLUMN articles.text_hash IS 'Fingerprint of the words of title and text; a new one makes a revision.';
COMMENT ON COLUMN articles.arrival IS 'How these words came: polled, first_poll, ingested or imported; or replayed: cleaned again here from the page that was kept, which is no change of the outlet''s.';
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
COMMENT ON COLUMN articles.process_id IS 'The negotiation it is about, of processes; NULL for none, and in rows read by an earlier version.';

DROP VIEW statements;
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
    r.confidence,
    r.process_id
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
COMMENT ON COLUMN statements.process_id IS 'The negotiation it is about: by its own words, else its paragraph, headline or article; NULL for none, and in rows read by an earlier version.';

DROP VIEW disputes;
CREATE VIEW disputes AS
SELECT
    c.utterance_id AS claim_utterance_id,
    d.utterance_id AS denial_utterance_id,
    any_value(c.speaker) AS claimed_by,
    any_value(d.speaker) AS denied_by,
    min(r.topic) AS topic,
    coalesce(any_value(d.process_id), any_value(c.process_id)) AS process_id,
    min(r.denied_at) AS denied_at
FROM dispute_rows AS r
LEFT JOIN utterance_links AS lc ON lc.member = r.claim_utterance_id
LEFT JOIN utterance_links AS ld ON ld.member = r.denial_utterance_id
JOIN utterances AS c ON c.utterance_id = coalesce(lc.root, r.claim_utterance_id)
JOIN utterances AS d ON d.utterance_id = coalesce(ld.root, r.denial_utterance_id)
WHERE c.utterance_id <> d.utterance_id
GROUP BY ALL;
COMMENT ON VIEW disputes IS 'A claim and its denial by another, within 48 hours of each other.';
COMMENT ON COLUMN disputes.claim_utterance_id IS 'What was claimed.';
COMMENT ON COLUMN disputes.denial_utterance_id IS 'What another said against it.';
COMMENT ON COLUMN disputes.claimed_by IS 'Who claimed it.';
COMMENT ON COLUMN disputes.denied_by IS 'Who denied it.';
COMMENT ON COLUMN disputes.topic IS 'A topic of both.';
COMMENT ON COLUMN disputes.process_id IS 'The negotiation it is about, that of the denial before that of the claim; NULL for none.';
COMMENT ON COLUMN disputes.denied_at IS 'When the first article that reports the denial was published, else arrived.';

-- As positions are drawn, from what had arrived: of one stance that was taken twice, or once by somebody sure.
DROP MACRO TABLE positions_as_of;
CREATE MACRO positions_as_of(moment) AS TABLE
SELECT p.official_id, p.topic, p.process_id, p.stance, min(k.said_at) AS since, max(k.said_at) AS until,
    count(DISTINCT k.utterance_id) AS statements, count(*) AS reports,
    arg_min(k.statement_id, (k.said_at, k.place)) AS first_statement_id,
    arg_max(k.statement_id, (k.said_at, k.place)) AS last_statement_id, max(k.confidence) AS confidence
FROM positions AS p
JOIN takes AS k
    ON k.official_id = p.official_id AND k.topic = p.topic AND k.stance = p.stance
    AND k.process_id IS NOT DISTINCT FROM p.process_id
    AND k.said_at BETWEEN p.since AND p.until
SEMI JOIN article_rows AS a
    ON a.article_id = k.article_id AND coalesce(a.revised_at, a.first_seen_at) <= moment::TIMESTAMPTZ
GROUP BY p.official_id, p.topic, p.process_id, p.stance, p.since
HAVING count(DISTINCT k.utterance_id) > 1 OR max(coalesce(k.confidence, 1)) >= 0.9;
