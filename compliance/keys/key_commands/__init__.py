"""What ``manage.py keys`` can do beyond listing and making keys. A shell counts as both persons; see `by_shell`."""
