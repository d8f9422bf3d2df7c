"""The restore drill of erasures: yesterday's dump, everybody erased again, nobody found."""
