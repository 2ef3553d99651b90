-- What was forgotten and is not to come back. Applied once, in one transaction; never edited afterwards.

CREATE TABLE forgotten (
    name         VARCHAR PRIMARY KEY,
    kind         VARCHAR NOT NULL CHECK (kind IN ('article', 'outlet')),
    forgotten_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE forgotten IS 'What `talkwatch forget` took out, by digests alone: it is not taken in again, by whichever way it comes.';
COMMENT ON COLUMN forgotten.name IS 'A digest (SHA-256) of the article''s address, or of the outlet''s name.';
COMMENT ON COLUMN forgotten.kind IS 'article or outlet.';
COMMENT ON COLUMN forgotten.forgotten_at IS 'When it was forgotten.';
