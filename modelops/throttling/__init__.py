"""How many requests a caller may make: counted in Valkey for all processes of the portal together."""
