"""Words, lines, dates, addresses, encodings: what every reader of text needs. Knows no feed, no page and no person."""
