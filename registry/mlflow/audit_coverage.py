"""Which event tells of each call of MLflow's protocol: as the calls themselves declare it."""

from compliance.audit.coverage import route

from .urls import declared

for _one in declared():
    route(f"mlflow/{_one.route}", **{_one.method.lower(): _one.tells})
