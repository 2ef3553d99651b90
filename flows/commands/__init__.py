"""What each command does, as functions. Parses no arguments."""
