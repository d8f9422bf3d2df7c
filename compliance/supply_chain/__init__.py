"""The packages that the portal is made of: a bill of materials, advisories from files, and the clock until a fix."""
