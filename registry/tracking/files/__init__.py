"""Files of runs and logged models: sealed one by one, found by path, and taken over by versions."""
