"""Resumable uploads: a file that arrives in several requests, and survives the loss of any of them."""
