"""What may change about models and versions: tags, the words about a version, where its files were taken from."""
