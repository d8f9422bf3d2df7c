"""Signatures of model versions: bundles of OpenSSF Model Signing, made here and by pipelines, and their check."""
