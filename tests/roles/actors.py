"""Who asks, in the table of what each role gets."""

# How the table calls who asks. "owner" made the objects, "scientist" is a colleague of the same role; "outsider" is
# that colleague before restricted objects; "none" is an account without a role. Superusers pass everything, after
# they have said why (test_emergency).
ACTORS = (
    "anonymous", "none", "viewer", "scientist", "owner", "outsider", "engineer", "officer", "guard", "custodian",
    "pipeline",
)  # fmt: skip
