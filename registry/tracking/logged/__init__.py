"""Models that runs logged: made, completed, described and found."""
