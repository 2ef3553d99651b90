"""The steps of a pass, from feeds that are due to messages to send. Prefect and the command line stay outside."""
