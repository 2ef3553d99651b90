-- What a batch asks for by a name is looked up, however much there is. Applied once, in one transaction; never edited afterwards.

CREATE INDEX story_links_of_root ON story_links (root);
CREATE INDEX event_links_of_root ON event_links (root);
CREATE INDEX utterance_links_of_root ON utterance_links (root);
CREATE INDEX alert_rows_of_article ON alert_rows (article_id);
CREATE INDEX message_alerts_of_alert ON message_alerts (alert_id);
