"""People and services of the portal: accounts, second factors, sessions, roles, API credentials."""
