"""Words and what negates them, dates, addresses, encodings: what every reader needs. Knows no feed, page or person."""
