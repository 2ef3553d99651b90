"""Rules, matching, deciding, rendering and the channels out. Never queries the warehouse, never reads the clock."""
