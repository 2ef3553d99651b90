"""Who said what: quotations, reports of speech, cues, speakers, stances; and how far an article is read."""
