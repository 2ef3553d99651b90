"""The processes that parse hostile bytes and run the language model: how they start, are bounded, and end."""
