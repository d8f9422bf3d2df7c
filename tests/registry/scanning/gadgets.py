"""Live attacks by what a pickle calls and by how it says so. Each leaves a file named "marker" where it is loaded."""

import struct

from .assembling import EVIL, TOUCH, called, calling, named, value

_OPENS = "open('marker','w')"
_TOUCHES = ["touch", "marker"]

CALLS: dict[str, bytes] = {
    f"{module}.{name}": calling(module, name, *arguments)
    for module, name, arguments in (
        ("os", "system", TOUCH), ("posix", "system", TOUCH), ("os", "popen", TOUCH), ("os", "mkdir", ("marker",)),
        ("posix", "mkdir", ("marker",)), ("os", "makedirs", ("marker",)), ("os", "mknod", ("marker",)),
        ("os", "mkfifo", ("marker",)), ("os", "symlink", ("/", "marker")), ("os", "open", ("marker", 65)),
        ("os", "spawnlp", (0, "touch", "touch", "marker")), ("subprocess", "call", (_TOUCHES,)),
        ("subprocess", "run", (_TOUCHES,)), ("subprocess", "check_call", (_TOUCHES,)),
        ("subprocess", "check_output", (_TOUCHES,)), ("subprocess", "getoutput", TOUCH),
        ("subprocess", "getstatusoutput", TOUCH), ("builtins", "eval", (_OPENS,)), ("builtins", "exec", (_OPENS,)),
        ("__builtin__", "eval", (_OPENS,)), ("builtins", "open", ("marker", "w")), ("io", "open", ("marker", "w")),
        ("_io", "open", ("marker", "w")), ("_io", "FileIO", ("marker", "w")), ("io", "FileIO", ("marker", "w")),
        ("codecs", "open", ("marker", "w")), ("gzip", "open", ("marker", "w")), ("bz2", "open", ("marker", "w")),
        ("lzma", "open", ("marker", "w")), ("tarfile", "open", ("marker", "w")),
        ("zipfile", "ZipFile", ("marker", "w")), ("sqlite3", "connect", ("marker",)),
        ("logging", "FileHandler", ("marker",)), ("mailbox", "Maildir", ("marker",)),
        ("cProfile", "run", (_OPENS,)), ("profile", "run", (_OPENS,)), ("timeit", "timeit", (_OPENS, "pass")),
        ("timeit", "main", (["-n", "1", "-r", "1", _OPENS],)), ("pydoc", "pipepager", ("", "touch marker")),
        ("pty", "spawn", (_TOUCHES,)), ("shutil", "copyfile", ("/etc/hostname", "marker")),
        ("distutils.file_util", "write_file", ("marker", [""])),
        ("distutils.spawn", "spawn", (_TOUCHES,)), ("numpy", "savetxt", ("marker", [1])),
        ("numpy", "memmap", ("marker", "uint8", "w+", 0, 8)), ("numpy.f2py.crackfortran", "myeval", (_OPENS,)),
        ("numpy.testing._private.utils", "runstring", (_OPENS, {})),
    )
}  # fmt: skip


def _short(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode()


_ARGUMENTS = value(TOUCH)
_STACKED = _short("os") + _short("system") + b"\x93"

FORMS: dict[str, bytes] = {
    "text of protocol 0": b"cos\nsystem\n(S'touch marker'\ntR.",
    "no protocol, no end": b"cos\nsystem\n(S'touch marker'\ntR",
    "no end": b"\x80\x04" + _STACKED + _ARGUMENTS + b"R",
    "an error after the call": b"\x80\x04" + _STACKED + _ARGUMENTS + b"R\xff.",
    "stacked name": b"\x80\x04" + _STACKED + _ARGUMENTS + b"R.",
    "stacked name without protocol": _STACKED + _ARGUMENTS + b"R.",
    "stacked name, old strings": b"U\x02osU\x06system\x93" + _ARGUMENTS + b"R.",
    "stacked name, quoted strings": b"S'os'\nS'system'\n\x93" + _ARGUMENTS + b"R.",
    "stacked name, escaped strings": b"S'\\x6fs'\nS'sys\\x74em'\n\x93" + _ARGUMENTS + b"R.",
    "stacked name, raw unicode": b"Vos\nV\\u0073ystem\n\x93" + _ARGUMENTS + b"R.",
    "stacked name, long strings": value("os") + value("system") + b"\x93" + _ARGUMENTS + b"R.",
    "stacked name, 8-byte strings": b"\x8d"
    + struct.pack("<Q", 2)
    + b"os"
    + _short("system")
    + b"\x93"
    + _ARGUMENTS
    + b"R.",
    "names from the memo": _short("os") + b"q\x00" + _short("system") + b"q\x0100h\x00h\x01\x93" + _ARGUMENTS + b"R.",
    "names from the memo, long": _short("os") + b"r\x00\x01\x00\x00" + _short("system") + b"\x93" + _ARGUMENTS + b"R.",
    "memoized and overwritten": _short("collections")
    + b"\x940"
    + _short("os")
    + b"q\x000h\x00"
    + _short("system")
    + b"\x93"
    + _ARGUMENTS
    + b"R.",
    "names doubled": _short("os") + b"20" + _short("system") + b"\x93" + _ARGUMENTS + b"R.",
    "names in a tuple taken apart": b"(" + _short("x") + b"1" + _STACKED + _ARGUMENTS + b"R.",
    "dotted name": b"\x80\x04" + _short("subprocess") + _short("os.system") + b"\x93" + _ARGUMENTS + b"R.",
    "dotted name of an allowed module": b"\x80\x04"
    + _short("collections")
    + _short("_sys.modules.get")
    + b"\x93"
    + value(("os",))
    + b"R"
    + b"0cos\nsystem\n"
    + _ARGUMENTS
    + b"R.",
    "the builtins of NumPy": b"\x80\x04"
    + _short("numpy")
    + _short("__builtins__.get")
    + b"\x93"
    + value(("eval",))
    + b"R"
    + value((_OPENS,))
    + b"R.",
    "the builtins of an allowed module": b"\x80\x04"
    + _short("collections")
    + _short("__builtins__.get")
    + b"\x93"
    + value(("exec",))
    + b"R"
    + value((_OPENS,))
    + b"R.",
    "globals of an allowed function": b"\x80\x04"
    + _short("copyreg")
    + _short("_reconstructor.__globals__.get")
    + b"\x93"
    + value(("__builtins__",))
    + b"R0"
    + EVIL[2:],
    "instance": b"(S'touch marker'\nios\nsystem\n.",
    "object": b"(cos\nsystem\nS'touch marker'\no.",
    "object, thrown away": b"(cos\nsystem\nS'touch marker'\no0N.",
    "called and thrown away": b"\x80\x02" + called("os", "system", *TOUCH).opcodes + b"0N.",
    "called in a dropped mark": b"\x80\x02(" + called("os", "system", *TOUCH).opcodes + b"1N.",
    "called among arguments": calling("collections", "OrderedDict", [(1, called("os", "system", *TOUCH))]),
    "called inside a state": b"\x80\x02"
    + called("collections", "OrderedDict").opcodes
    + b"}"
    + value("a")
    + called("os", "system", *TOUCH).opcodes
    + b"sb.",
    "an argument of getattr": calling("builtins", "getattr", called("builtins", "__import__", "os"), "system")[:-1]
    + _ARGUMENTS
    + b"R.",
    "a partial": calling("functools", "partial", named("os", "system"), *TOUCH)[:-1] + b")R.",
    "a method of a maker": calling("operator", "methodcaller", "system", *TOUCH)[:-1]
    + value((called("builtins", "__import__", "os"),))
    + b"R.",
    "an attribute getter": calling("operator", "attrgetter", "system")[:-1]
    + value((called("builtins", "__import__", "os"),))
    + b"R"
    + _ARGUMENTS
    + b"R.",
    "a map that is used up": calling("builtins", "list", called("builtins", "map", named("os", "system"), list(TOUCH))),
    "a set of a map": calling("builtins", "set", called("builtins", "map", named("os", "system"), list(TOUCH))),
    "bytes of a filter": calling("builtins", "bytes", called("builtins", "filter", named("os", "system"), list(TOUCH))),
    "an extension registered before": b"\x80\x02"
    + called("copyreg", "add_extension", "os", "system", 7).opcodes
    + b"0\x82\x07"
    + _ARGUMENTS
    + b"R.",
    "inside a frame": b"\x80\x04\x95"
    + struct.pack("<Q", len(_STACKED + _ARGUMENTS) + 2)
    + _STACKED
    + _ARGUMENTS
    + b"R.",
    "a frame that is too long": b"\x80\x04\x95"
    + struct.pack("<Q", len(_STACKED + _ARGUMENTS) + 7)
    + _STACKED
    + _ARGUMENTS
    + b"R.     ",
    "a frame that is too short": b"\x80\x04\x95" + struct.pack("<Q", 5) + _STACKED + _ARGUMENTS + b"R.",
    "an empty frame": b"\x80\x04\x95" + bytes(8) + _STACKED + _ARGUMENTS + b"R.",
    "behind a frame": b"\x80\x04\x95" + struct.pack("<Q", 2) + b"N0" + _STACKED + _ARGUMENTS + b"R.",
    "protocol declared twice": b"\x80\x05\x80\x02cos\nsystem\n" + _ARGUMENTS + b"R.",
    "behind a harmless pickle's end": b"\x80\x02N." + EVIL,
    "before garbage": EVIL + b"\x00" * 100,
    "nested in bytes that are loaded": calling("pickle", "loads", EVIL),
    "nested in C's loader": calling("_pickle", "loads", EVIL),
    "code objects": calling(
        "types", "FunctionType", called("builtins", "compile", _OPENS, "x", "exec"), called("builtins", "globals")
    )[:-1]
    + b")R.",
    "import by name": calling("importlib", "import_module", "os")[:-1] + b"0" + EVIL[2:],
    "a generator with another maker": calling(
        "numpy.random._pickle", "__generator_ctor", "touch marker", named("os", "system")
    ),
    "a state with another maker": calling(
        "numpy.random._pickle", "__randomstate_ctor", "touch marker", named("os", "system")
    ),
    "many harmless lists first": b"\x80\x02" + b"]0" * 5000 + EVIL[2:],
    "a long text first": b"\x80\x02" + value("x" * 100_000) + b"0" + EVIL[2:],
}
FORMS |= {
    f"dotted {module} {name}": b"\x80\x04" + _short(module) + _short(name) + b"\x93" + value((given,)) + b"R."
    for module, name, given in (
        ("uuid", "os.system", *TOUCH), ("shutil", "os.system", *TOUCH),
        ("asyncio.subprocess", "subprocess.call", _TOUCHES),
        ("multiprocessing.util", "os.system", *TOUCH), ("random", "_os.system", *TOUCH),
        ("numpy.lib._npyio_impl", "os.system", *TOUCH), ("scipy._lib._testutils", "os.system", *TOUCH),
        ("tempfile", "_os.system", *TOUCH), ("glob", "os.system", *TOUCH),
    )
}  # fmt: skip
FORMS["a new object with arguments"] = (
    b"\x80\x02" + named("logging", "FileHandler").opcodes + value(("marker",)) + b"R."
)
FORMS["a new object with names"] = (
    b"\x80\x04" + named("_io", "FileIO").opcodes + value(("marker", "w")) + value({}) + b"\x920" + EVIL[2:]
)


def attacks() -> dict[str, bytes]:
    """All of them by a name that says what they do."""
    return {f"call {name}": content for name, content in CALLS.items()} | {
        f"form {name}": content for name, content in FORMS.items()
    }
