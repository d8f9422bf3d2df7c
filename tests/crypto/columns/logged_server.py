"""A PostgreSQL that writes everything down: each statement, plan, parameter and error."""

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from modelops.embedded import throwaway

ALIAS = "logged"
_LOUD = {
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_min_error_statement": "debug5",
    "log_min_messages": "debug1",
    "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
    "debug_print_parse": "on",
    "debug_print_plan": "on",
}
_LOUD_LIBRARIES = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_verbose": "on",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_parameter_max_length": "-1",
    "pg_stat_statements.track": "all",
}


class LoggedServer:
    """Started for one test; ``connection`` is Django's, under an alias of its own."""

    def __init__(self) -> None:
        self.pair = throwaway.start()
        cluster = self.pair.cluster
        for name, value in _LOUD.items():
            quoted = value if name == "shared_preload_libraries" else f"'{value}'"
            cluster.sql(f"ALTER SYSTEM SET {name} = {quoted}")
        cluster.stop()
        self.pair.processes[0].wait(30)
        self.pair.processes[0] = cluster.start(dies_with_parent=True)
        for name, value in _LOUD_LIBRARIES.items():
            cluster.sql(f"ALTER SYSTEM SET {name} = '{value}'")
        cluster.sql("SELECT pg_reload_conf()")
        cluster.sql("CREATE EXTENSION pg_stat_statements", "modelops")
        # Not one of the settings' databases: those are closed to a test that did not name them when it began.
        self.connection: BaseDatabaseWrapper = connections["default"].copy(ALIAS)
        self.connection.settings_dict |= {"NAME": "modelops", "HOST": str(cluster.sockets), "PORT": "5432"}
        self.connection.settings_dict["OPTIONS"] = {"server_side_binding": True}
        connections[ALIAS] = self.connection

    def log(self) -> str:
        """All that the server wrote so far."""
        return self.pair.cluster.log.read_text(encoding="utf-8", errors="replace")

    def views(self) -> str:
        """What the views show of statements, running and past, to a superuser."""
        return self.pair.cluster.sql(
            "SELECT string_agg(query, ' ') FROM pg_stat_activity UNION ALL "
            "SELECT string_agg(query, ' ') FROM pg_stat_statements UNION ALL "
            "SELECT string_agg(name || setting, ' ') FROM pg_settings",
            "modelops",
        )

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.connection.close()
        del connections[ALIAS]
        self.pair.remove()
