"""Read-only pages of what the published copy holds, for people who write no SQL."""
