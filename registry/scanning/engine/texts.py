"""Texts that lie beside models in a folder: settings, vocabularies, recipes, licences. Scripts are held."""

import codecs
import re

from . import limits, pickles
from .sources import Source, stream_of
from .tensors import REACHES_OUT
from .verdict import Held, Report

# Endings of what is run or loaded as code, or is a model whatever stands in it.
CODE = (
    ".py", ".pyc", ".pyd", ".pyw", ".pyx", ".ipynb", ".so", ".dll", ".dylib", ".sh", ".bash", ".bat", ".cmd", ".ps1",
    ".exe", ".com", ".msi", ".js", ".mjs", ".ts", ".jar", ".class", ".whl", ".egg", ".r", ".jl", ".lua", ".rb", ".pl",
    ".php", ".java", ".c", ".cc", ".cpp", ".cu", ".go", ".rs", ".html", ".htm", ".svg", ".xml", ".jinja", ".j2",
    ".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".dill", ".cloudpickle",
)  # fmt: skip
LONGEST = 64 * limits.MIB
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MODULE = re.compile(rb"c[A-Za-z_][A-Za-z0-9_.]*\n")
_OVERLAP = 1_000


def looks_like_text(head: bytes) -> bool:
    """Whether the first bytes are those of a text."""
    return not _CONTROL.search(head)


def scan_text(source: Source, report: Report, path: str) -> str:
    """Every byte is of a text in UTF-8, and nothing in it is a program as far as readers of such files go."""
    if source.size > LONGEST:
        raise Held("A text of this size is not looked through.")
    if path.lower().endswith(CODE):
        raise Held(f"The ending {path[path.rfind('.') :]!r} is one of code. Leave scripts out of the folder.")
    head = source.at(0, _OVERLAP)
    if head.startswith(b"#!"):
        raise Held("The text is a script.", 0)
    _no_pickle(source, head, report)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    place, before = 0, ""
    has_template = False
    while place < source.size:
        piece = source.at(place, limits.PIECE)
        if not piece:
            raise Held("The text ends too early.", place)
        if found := _CONTROL.search(piece):
            raise Held("A control character stands in the text.", place + found.start())
        try:
            text = before + decoder.decode(piece, final=place + len(piece) >= source.size)
        except UnicodeDecodeError:
            raise Held("The text is not UTF-8.", place) from None
        if "!!python" in text or "tag:yaml.org,2002:python" in text:
            report.add("A YAML tag makes Python objects.", place)
        has_template = has_template or "chat_template" in text
        if has_template and REACHES_OUT.search(text):
            report.add("A chat template reaches for more than the messages that it formats.", place)
        place += len(piece)
        before = text[-_OVERLAP:]
    return "text"


def _no_pickle(source: Source, head: bytes, report: Report) -> None:
    """Old pickles are texts. One begins by naming a module, or by building what a call needs."""
    if head[:1] == b"c" and not _MODULE.match(head):
        return
    for reason in pickles.would_run(stream_of(source)):
        report.add(f"The text is a pickle as well: {reason}")
