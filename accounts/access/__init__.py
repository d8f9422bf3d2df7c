"""What a role may do, in words: the named actions, the state of each role, and break-glass use of a superuser."""
