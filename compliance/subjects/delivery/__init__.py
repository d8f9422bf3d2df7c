"""Handing a bundle to the person: a link that works once, a code that goes another way, and a ZIP that it opens."""
