"""How long uses of superusers are kept."""

from compliance.retention import keep

keep("access.roles", "Roles", "Kept: what each role was given with a release.", "access.RoleState")
keep(
    "access.emergencies",
    "Uses of superusers",
    "Kept: proof of who worked past the roles, when and why.",
    "access.Emergency",
)
