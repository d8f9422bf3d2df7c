"""Where a version was built and by whom: attestations of builders, identities of jobs, and what a model demands."""
