"""Addresses of static files that change when the file does: browsers may keep files and never show old ones."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static


@cache
def address(path: str) -> str:
    """The address of the static file ``path`` with a mark of its content.

    Read once per process. A file that is not found keeps its plain address: the browser's 404 names it.
    """
    found = finders.find(path)
    if not isinstance(found, str):
        return static(path)
    mark = hashlib.blake2b(Path(found).read_bytes(), digest_size=5).hexdigest()
    return f"{static(path)}?v={mark}"
