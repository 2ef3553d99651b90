"""The command line: arguments in, answers out. Does no work itself."""
