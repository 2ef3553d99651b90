"""Feeds of every format, sitemaps and lists of feeds: bytes in, entries out."""
