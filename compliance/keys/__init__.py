"""The key room: who may change a key and with whom, rotations as jobs, the inventory. The ring itself lies below."""
