"""What the files of a directory are: beside models also texts and whatever else belongs to them."""

from typing import BinaryIO

from modelops.lib.errors import UnsupportedFormat
from registry.scanning.engine.texts import CODE

from .identify import HEAD_BYTES, FileFormat, format_of, identify, is_text


def identify_in_directory(path: str, file: BinaryIO) -> FileFormat:
    """The format of one file of a directory; what is no model is a text, a script or something else.

    Raises Invalid for an empty file or a damaged model.
    """
    try:
        return identify(file)
    except UnsupportedFormat:
        file.seek(0)
        head = file.read(HEAD_BYTES)
    if not is_text(head):
        return format_of("other")
    is_code = head.startswith(b"#!") or path.lower().endswith(CODE)
    return format_of("script" if is_code else "text")


def format_of_directory(paths: list[str], formats: list[FileFormat]) -> FileFormat:
    """The format of the whole: it may hold code when one of its files may."""
    whole = format_of("mlflow" if "MLmodel" in paths else "directory")
    return FileFormat(whole.key, whole.label, any(found.may_hold_code for found in formats))
