"""Aliases: names such as "production" that point at one version of a model, moved only past the gates."""
