"""Argon2id at a cost that two cores bear."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """46 MiB, one pass, one lane: a setting that OWASP's Password Storage Cheat Sheet lists as sufficient.

    Django's default (100 MiB, eight lanes) lets a handful of sign-ins at once take all memory and every core of a small
    server. A hash of another cost is renewed at the next sign-in.
    """

    time_cost = 1
    memory_cost = 47_104
    parallelism = 1
