"""Who may have which model or dataset: grants, access codes, and what must be shown before a file is opened."""
