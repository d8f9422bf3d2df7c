"""What the columns of a table hold, measured exactly in one pass over batches and, rarely, a second. No Django here.

The walk (`walk.py`) hands batches to threads; each turns its batch into parts (`parts.py`), which are merged in the
order of the rows into profiles (`facts.py`). Nothing depends on how the rows were cut or on how many threads worked.
"""
