"""Every line of SQL: schema, reading and writing records, publishing, queries. Never a business decision."""
