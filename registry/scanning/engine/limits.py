"""How far the scanner looks. What is larger or deeper is held, so that no file costs more than this."""

MIB = 1 << 20
DEPTH = 4  # containers in containers
MEMBERS = 10_000  # of one archive
DIRECTORY = 8 * MIB  # of a zip archive
UNPACKED = 64 * 1024 * MIB  # of all parts of one file together
RATIO = 200  # unpacked to packed, beyond the first 64 MiB
FREE_UNPACKED = 64 * MIB
BUFFERED = 32 * MIB  # of a compressed part that must be read at several places
OPCODES = 10_000_000
MEMO = 1_000_000
LINE = 16 * MIB  # of the text opcodes of old pickles
JSON = 16 * MIB
PIECE = MIB
