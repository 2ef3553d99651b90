-- People whose statements were forgotten, and single statements. Applied once, in one transaction; never edited afterwards.

CREATE TEMP TABLE buried AS FROM forgotten;
DROP TABLE forgotten;
CREATE TABLE forgotten (
    name         VARCHAR PRIMARY KEY,
    kind         VARCHAR NOT NULL CHECK (kind IN ('article', 'outlet', 'person', 'statement')),
    forgotten_at TIMESTAMPTZ NOT NULL
);
INSERT INTO forgotten FROM buried;
DROP TABLE buried;
COMMENT ON TABLE forgotten IS 'What `talkwatch forget` took out, by digests alone: it is not taken in again, by whichever way it comes.';
COMMENT ON COLUMN forgotten.name IS 'A digest (SHA-256) of the article''s address, of the outlet''s name, of a name of the person, or of a statement''s article and words.';
COMMENT ON COLUMN forgotten.kind IS 'article, outlet, person, or statement: one that a correction gave to a person.';
COMMENT ON COLUMN forgotten.forgotten_at IS 'When it was forgotten.';
