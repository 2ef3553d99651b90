"""Articles that came by no feed: files, web archives, a site's sitemaps; read and recorded like any others."""
