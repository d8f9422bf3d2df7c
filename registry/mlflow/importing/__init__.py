"""Taking over what a server of MLflow keeps: experiments, runs, logged models, versions, aliases and their files."""
