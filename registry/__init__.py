"""The model registry: models, versions, datasets, and the sealed files behind them."""
