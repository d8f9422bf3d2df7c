"""Every change of state in recovery; one module per concern."""
