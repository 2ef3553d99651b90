"""When two texts are the same words, two articles one story, and one of them a copy: sameness, credit lines, ties."""
