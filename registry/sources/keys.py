"""What may be the key of an object: no way leads out of the place that its source names."""

from modelops.lib.errors import Invalid

LONGEST = 1024


def checked_key(key: str) -> str:
    """``key`` when it names an object below the prefix of a source. Raises Invalid."""
    parts = key.split("/")
    if not 0 < len(key) <= LONGEST or not key.isprintable() or any(part in {"", ".", ".."} for part in parts):
        raise Invalid(
            f"The key of an object has 1 to {LONGEST:,} printable characters: names with single slashes between them, "
            "none of them '.' or '..'.",
            code="source.bad_key",
            field="key",
        )
    return key


def checked_prefix(prefix: str) -> str:
    """The folder to list, without a slash at its end; "" for the whole source. Raises Invalid."""
    prefix = prefix.removesuffix("/")
    return checked_key(prefix) if prefix else ""
