"""Knowing again the browsers that an account signs in with."""
