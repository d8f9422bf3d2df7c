"""Argon2id at a cost that two cores bear."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """46 MiB, two passes, one lane: twice what OWASP's Password Storage Cheat Sheet lists as sufficient.

    That is about 0.07 s of one core, so two cores answer some 27 sign-ins a second, with 46 MiB each. RFC 9106's second
    recommendation is twice the work; docs/explanation/password-hash.md weighs it.

    Django's default (100 MiB, eight lanes) lets a handful of sign-ins at once take all memory and every core of a small
    server. A hash of another cost is renewed at the next sign-in.
    """

    time_cost = 2
    memory_cost = 47_104
    parallelism = 1
