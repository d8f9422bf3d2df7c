"""Promotion: a protected alias moves when enough people approved one exact request and every gate still says yes."""
