"""Whether the database server writes the parameters of statements into its log.

Column keys and encrypted values show there in no case (`session_keys`); names and addresses of people would.
"""

from django.db import connection

_SETTINGS = (
    "log_statement",
    "log_min_duration_statement",
    "log_min_duration_sample",
    "log_parameter_max_length",
    "log_parameter_max_length_on_error",
    "auto_explain.log_min_duration",
    "auto_explain.log_parameter_max_length",
)
REMEDY = "As a superuser: ALTER ROLE <role> SET log_parameter_max_length = 0; see docs/howto/encrypted-columns.md."


def parameters_in_log() -> list[str]:
    """What makes the server log parameters, in words; empty when nothing does. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, current_setting(name, true) FROM unnest(%s::text[]) AS name",
            [list(_SETTINGS)],
        )
        value = {name: found or "" for name, found in cursor.fetchall()}
    found = []
    if value["log_parameter_max_length"] != "0":
        if value["log_statement"] == "all":
            found.append("log_statement is 'all'")
        for name in ("log_min_duration_statement", "log_min_duration_sample"):
            if value[name] not in ("-1", ""):
                found.append(f"{name} is {value[name]}")
    if (
        value["auto_explain.log_min_duration"] not in ("-1", "")
        and value["auto_explain.log_parameter_max_length"] != "0"
    ):
        found.append("auto_explain logs plans with their parameters")
    if value["log_parameter_max_length_on_error"] != "0":
        found.append(f"log_parameter_max_length_on_error is {value['log_parameter_max_length_on_error']}")
    return found
