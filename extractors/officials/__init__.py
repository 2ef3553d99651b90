"""Who and what is looked for, and where a text names it: the watchlist, names, offices, phrases."""
