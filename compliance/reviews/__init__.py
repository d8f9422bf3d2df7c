"""Reviews that people make by the calendar: who may what, and who has read what."""
