"""Records as PDF: laid out here, in fonts that are embedded, in whatever script they are written."""

from .document import Section, make_pdf

__all__ = ["Section", "make_pdf"]
