"""Deciding what a batch of articles comes to. Pure: nothing is read or written here."""
