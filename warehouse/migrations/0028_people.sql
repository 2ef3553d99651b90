-- Each official once. Applied once, in one transaction; never edited afterwards.

CREATE VIEW people AS
SELECT official_id, any_value(name) AS name, any_value(country) AS country, any_value(side) AS side
FROM officials
GROUP BY official_id;
COMMENT ON VIEW people IS 'One row an official of the watchlist, whatever offices he has held: officials has those.';
COMMENT ON COLUMN people.official_id IS 'As in officials.';
COMMENT ON COLUMN people.name IS 'The name he is shown by.';
COMMENT ON COLUMN people.country IS 'As in officials.';
COMMENT ON COLUMN people.side IS 'As in officials.';
