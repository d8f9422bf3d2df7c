"""Models and datasets over REST."""
