"""Impact assessments: what a model does to people, weighed and signed by somebody with the right before it is used."""
