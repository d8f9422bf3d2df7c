"""People in dataset files: who is in which version, what was trained on them, taking them out and keeping them out."""
