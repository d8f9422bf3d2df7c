"""The registers that a controller keeps: processing activities, consents, breaches, incidents, trainings and tests."""
