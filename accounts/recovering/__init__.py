"""Ways back: a forgotten password, another e-mail address, a lost second factor."""
