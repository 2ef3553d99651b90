"""What a person brings or looks at: files, web archives and sitemaps to take articles from, feeds to try."""
