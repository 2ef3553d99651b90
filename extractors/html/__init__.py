"""Article pages: bytes in, the article's own words and what its page says about it out, or why there are none."""
