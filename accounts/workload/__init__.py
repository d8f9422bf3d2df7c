"""Pipelines without a stored secret: the token that an allowed issuer gives a job is exchanged for one of ours."""
