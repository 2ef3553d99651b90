"""Bytes and text in, records out: feeds, pages, officials, topics, statements.

Never network, clock, database or environment.
"""
