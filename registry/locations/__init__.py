"""Places where sealed files lie: the protocol of a store, its kinds, and the rows that name them."""
