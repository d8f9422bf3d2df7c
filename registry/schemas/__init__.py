"""What the owner of a dataset says about its columns; every version is held against it."""
