"""Tables in files: which format a file is in, what its columns are, and how its rows are read. No Django in here."""

from .base import Column, Survey, TableFormat, table_formats
from .survey import expect, survey

__all__ = ["Column", "Survey", "TableFormat", "expect", "survey", "table_formats"]
