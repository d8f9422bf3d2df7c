"""Deployment endpoints: where models answer, how each asks who calls, and whether that is true from outside."""
