"""Files that a client seals before they leave its machine, and opens after they have come back.

``modelops_seal.py`` is that client: one file, given out by the portal itself. The rest is the portal's side.
"""
