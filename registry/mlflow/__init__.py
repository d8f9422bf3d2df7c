"""The registry as MLflow's own client speaks to it: a thin face over the same services, under /mlflow."""
