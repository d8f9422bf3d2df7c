"""The portal's own secrets: written once, used by the part that needs them, shown to nobody.

It is no general secret store: nothing here gives a value to a person or over an interface.
"""
