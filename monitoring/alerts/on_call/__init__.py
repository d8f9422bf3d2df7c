"""Who is on call, so that an alert reaches the one whose turn it is."""
