-- Shifts that rest on what officials said. Applied once, in one transaction; never edited afterwards.

ALTER TABLE takes ADD COLUMN narrated BOOLEAN;
COMMENT ON COLUMN takes.narrated IS 'Whether an outlet tells in its own words what the official does, and has nothing that he said; NULL in rows of an earlier version.';
ALTER TABLE takes ADD COLUMN outlet VARCHAR;
COMMENT ON COLUMN takes.outlet IS 'The outlet that reports it.';
UPDATE takes SET outlet = s.outlet FROM statement_rows AS s WHERE s.statement_id = takes.statement_id;
INSERT INTO stale_positions (official_id, topic, process_id)
SELECT DISTINCT official_id, topic, process_id FROM position_shifts;
COMMENT ON TABLE position_shifts IS 'When an official went over to another side on a topic: for, against, or on a condition. Both ends rest on his own words, quoted or reported, or on what two outlets tell.';
