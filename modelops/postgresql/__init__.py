"""Django's backend for PostgreSQL with less work for each request (`base`)."""
