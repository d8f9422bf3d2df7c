"""Keys and everything that is sealed under them: envelopes, artifact streams, pgcrypto columns, blind indexes."""
