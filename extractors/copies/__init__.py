"""What makes two articles one story, and one of them a copy: fingerprints, credit lines, ties."""
