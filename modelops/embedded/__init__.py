"""PostgreSQL, Valkey and the portal's own processes under one roof, for one machine.

Everything here but `tls` uses the standard library alone, so that it can run before the virtual environment is
complete and so that settings may ask it for names without importing anything heavy. It is meant for evaluation,
development, tests and a single node; a real deployment names its own servers with ``DATABASE_URL`` and ``REDIS_URL``.
"""
