"""The posture: every control of the house with what it found just now, for people and for pipelines."""
