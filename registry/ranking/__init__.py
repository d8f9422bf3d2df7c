"""Which version of a model is better: directions of metrics, the best version, versions side by side."""
