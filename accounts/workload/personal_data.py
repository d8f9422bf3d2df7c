"""Pipelines are no persons: rules and tokens belong to service accounts and name repositories."""

from compliance.subjects.providers import exempt

exempt("workload.ExchangeRule", "Belongs to a service account and holds patterns for names of repositories.")
exempt("workload.ExchangedToken", "Belongs to a service account and names a repository; it is gone after 90 days.")
