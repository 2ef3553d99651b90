"""Messages out, each channel by itself, and what the operator is told. Decides nothing about rules."""
