"""Variants of a model version: smaller files derived from it by a job, or made by a pipeline and uploaded."""
