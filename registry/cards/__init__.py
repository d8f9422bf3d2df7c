"""Model cards: what a model is for, what it was made of, how well it does and for whom, and who watches over it."""
