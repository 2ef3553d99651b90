"""What people are shown of the published copy: lists of records, each with the query that made it."""
