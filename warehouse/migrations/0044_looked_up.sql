-- What a batch asks for by a name is looked up, however much there is. Applied once, in one transaction; never edited afterwards.

CREATE INDEX story_links_of_root ON story_links (root);
CREATE INDEX event_links_of_root ON event_links (root);
CREATE INDEX utterance_links_of_root ON utterance_links (root);
CREATE INDEX alert_rows_of_article ON alert_rows (article_id);
CREATE INDEX message_alerts_of_alert ON message_alerts (alert_id);

-- What was known then is found by what came since, which is little; an earlier revision's statements by that revision.
CREATE OR REPLACE MACRO statements_as_of(moment) AS TABLE
SELECT s.*
FROM statements AS s
ANTI JOIN article_rows AS a
    ON a.article_id = s.article_id AND coalesce(a.revised_at, a.first_seen_at) > moment::TIMESTAMPTZ
UNION ALL BY NAME
SELECT r.* EXCLUDE (revision) REPLACE (coalesce(k.root, r.utterance_id) AS utterance_id)
FROM statement_revisions AS r
SEMI JOIN (
    SELECT article_id, revision
    FROM article_revisions
    WHERE coalesce(revised_at, first_seen_at) <= moment::TIMESTAMPTZ
        AND article_id IN (SELECT article_id FROM article_rows WHERE revised_at > moment::TIMESTAMPTZ)
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY revision DESC) = 1
) AS a ON a.article_id = r.article_id AND a.revision = r.revision
LEFT JOIN utterance_links AS k ON k.member = r.utterance_id;
