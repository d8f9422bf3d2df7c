"""Where a version was built and by whom: attestations of builders, and identities of jobs."""
