"""Every change of experiments and runs."""
