"""Settings, the only network in, the pass and its Prefect flow, the command line. Never extraction, matching or SQL."""
