"""The only door in: asking servers, guarded, bounded and paced. Knows no rule and no article."""
