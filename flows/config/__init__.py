"""`talkwatch.toml` and the environment: read, checked, and said clearly where they are wrong. Runs nothing."""
