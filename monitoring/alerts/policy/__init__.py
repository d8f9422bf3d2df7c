"""Who is told of an alert, when and why: pure rules over rows that were read before."""
