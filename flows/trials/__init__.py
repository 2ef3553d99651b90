"""Trying rules on what is past, and accounting for what was decided. Sends nothing, writes nothing."""
