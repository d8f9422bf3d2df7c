"""Experiments, their runs with parameters, metrics and inputs, and the models that runs log."""
