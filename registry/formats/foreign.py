"""Content that is certainly no model: named in the refusal, so that the sender sees what was sent by mistake."""

from typing import BinaryIO

from modelops.crypto.stream.header import MAGIC
from modelops.lib.errors import Invalid, UnsupportedFormat

# First bytes and what they are. Sources: the formats' own specifications, as collected in file(1)'s magic database.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"{\\rtf", "a text document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xfe\xed\xfa\xce", "a program"),
    (b"\xfe\xed\xfa\xcf", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\x00asm", "a WebAssembly program"),
    (b"#!", "a script"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"PAR1", "a Parquet table (add it as a dataset version)"),
    (b"ARROW1\x00\x00", "an Arrow table"),
    (b"OggS", "a sound or video file"),
    (b"ID3", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video file"),
)


def refuse(file: BinaryIO, head: bytes, size: int) -> None:
    """Raises UnsupportedFormat when the file begins like something that is no model, Invalid when it came sealed."""
    if head.startswith(MAGIC):
        raise Invalid(
            "The file is sealed and its wrapped data key did not come with it, so nobody could ever open it. Send the "
            "key along, or the file as it is.",
            code="sealed_upload.key_missing",
        )
    for beginning, what in _BEGINNINGS:
        if head.startswith(beginning):
            raise unknown(what)
    if head[:4] == b"RIFF" and head[8:12] in {b"WEBP", b"WAVE", b"AVI "}:
        raise unknown("an image, sound or video file")
    if head[4:8] == b"ftyp":
        raise unknown("an image or video file")
    if head[:2] == b"BM" and int.from_bytes(head[2:6], "little") == size:
        raise unknown("a BMP image")
    if head[257:262] == b"ustar":
        raise unknown("a tar archive")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        raise unknown("an HTML or XML page")


def unknown(what: str) -> UnsupportedFormat:
    """The refusal, with what to do instead."""
    return UnsupportedFormat(
        f"The file is {what}, not a model. Save the model as safetensors, ONNX, GGUF or a NumPy archive; joblib, "
        "pickle, PyTorch and Keras files are taken into quarantine.",
        code="artifact.unknown_format",
        field="file",
    )
