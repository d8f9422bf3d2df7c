"""Requests of data subjects: who asked, until when, where their data is, and the bundle they get."""
