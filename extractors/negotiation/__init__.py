"""What many statements and sentences come to: utterances, positions and their shifts, the calendar of talks."""
