"""Actions of ``manage.py keys`` that make backups, prove them, and move the ring to another root key."""
