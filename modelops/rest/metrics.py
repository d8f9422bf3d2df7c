"""What this process counts about its requests. Gauges are read from the database when they are asked for."""

from prometheus_client import Counter, Histogram

REQUESTS = Histogram(
    "modelops_http_request_seconds",
    "Time from the first middleware to the answer.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

LIMITED = Counter(
    "modelops_http_rate_limited",
    "Requests that were refused as too many (429), by route and by the opaque id of who made them.",
    ["route", "actor"],
)
