"""A root key that is derived from a passphrase: for break-glass use, because a person can remember and leak it.

A wrapped value is: one byte format (1), one byte function (1 scrypt, 2 PBKDF2-SHA512), four bytes cost (scrypt: log2
of N with r=8, p=1; PBKDF2: iterations), 16 bytes random salt, then nonce, ciphertext and tag of XAES-256-GCM. The
header is authenticated. Each wrap has a salt of its own; the cost in the settings is for new wraps only.
"""

import hashlib
import os
import struct
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag

from modelops.crypto import xaes
from modelops.crypto.errors import KeysUnavailable
from modelops.lib.secret import Secret

from .base import RootKeyProvider, providers
from .sources import KeySource

_HEADER = struct.Struct(">BBI16s")
_FORMAT = 1
SHORTEST = 15

# kdf → (number in the header, default cost, lowest cost for new wraps, highest cost that is accepted at all).
# Floors: OWASP Password Storage Cheat Sheet (scrypt N=2**17, r=8, p=1; PBKDF2-HMAC-SHA512 210 000 iterations). The
# ceilings keep an edited header from taking the memory or the time of the process.
KDFS: dict[str, tuple[int, int, int, int]] = {
    "scrypt": (1, 17, 17, 21),
    "pbkdf2-sha512": (2, 600_000, 210_000, 5_000_000),
}

_SAMPLES_FILE = Path(__file__).with_name("sample_passphrases.txt")


@lru_cache(maxsize=1)
def samples() -> frozenset[str]:
    """Passphrases that are refused by name, without case, blanks and punctuation."""
    lines = _SAMPLES_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def weakness(passphrase: str) -> str | None:
    """Why a passphrase is not taken, None when it is."""
    plain = "".join(character for character in passphrase.casefold() if character.isalnum())
    if plain in samples():
        return "it is a known sample"
    if len(passphrase) < SHORTEST:
        return f"it has {len(passphrase)} characters; at least {SHORTEST} are needed"
    if len(set(plain)) < 5:
        return "it repeats a few characters"
    return None


@providers.register("passphrase")
class PassphraseRootKey(RootKeyProvider):
    """The key is derived from ``MODELOPS_ROOT_PASSPHRASE`` anew for each wrapped value."""

    name = "passphrase"

    def __init__(self, source: KeySource | None = None) -> None:
        super().__init__(source)
        variable = self.source.name("ROOT_PASSPHRASE")
        passphrase = self.source.secret("ROOT_PASSPHRASE")
        if passphrase is None:
            raise KeysUnavailable(f"{variable} is empty; set the passphrase that this portal was set up with.")
        reason = weakness(passphrase.reveal())
        if reason:
            raise KeysUnavailable(f"{variable} is refused: {reason}. Choose six or more random words.")
        self._passphrase = Secret(unicodedata.normalize("NFKC", passphrase.reveal()))
        self._label = self.source.text("PASSPHRASE_NAME", "1")
        self._kdf = self.source.text("PASSPHRASE_KDF", "scrypt")
        if self._kdf not in KDFS:
            raise KeysUnavailable(f"{self.source.name('PASSPHRASE_KDF')} is {self._kdf!r}; use {' or '.join(KDFS)}.")
        number, cost, lowest, highest = KDFS[self._kdf]
        self._number = number
        self._cost = self.source.integer("PASSPHRASE_COST", cost, at_least=1)
        if not lowest <= self._cost <= highest:
            raise KeysUnavailable(
                f"{self.source.name('PASSPHRASE_COST')} is {self._cost}; for {self._kdf} {lowest} to {highest} are "
                "allowed for new wraps."
            )
        self._derived: dict[bytes, bytes] = {}
        self._deriving = threading.Lock()  # one derivation takes 128 MiB

    @property
    def key_id(self) -> str:
        # Anything computed from the passphrase would let it be guessed; so people name it.
        return f"passphrase:{self._label}"

    def wrap(self, material: bytes, context: bytes) -> bytes:
        header = _HEADER.pack(_FORMAT, self._number, self._cost, os.urandom(16))
        return header + xaes.seal(self._derive(header), material, _associated(header, context))

    def open(self, wrapped: bytes, context: bytes) -> bytes:
        header = wrapped[: _HEADER.size]
        try:
            return xaes.unseal(self._derive(header), wrapped[_HEADER.size :], _associated(header, context))
        except InvalidTag:
            raise self.refused() from None

    def health(self) -> None:
        """Nothing that could be away: the passphrase is in this process."""

    def _derive(self, header: bytes) -> bytes:
        with self._deriving:
            known = self._derived.get(header)
            if known is not None:
                return known
            try:
                layout, number, cost, salt = _HEADER.unpack(header)
            except struct.error:
                raise self.refused() from None
            kdf = next((kdf for kdf, values in KDFS.items() if values[0] == number), None)
            if layout != _FORMAT or kdf is None or not 1 <= cost <= KDFS[kdf][3]:
                raise self.refused()
            if kdf == "scrypt":
                blocks = 1 << cost
                key = hashlib.scrypt(
                    self._passphrase.reveal().encode(),
                    salt=salt,
                    n=blocks,
                    r=8,
                    p=1,
                    maxmem=blocks * 1024 + 2**22,
                    dklen=32,
                )
            else:
                key = hashlib.pbkdf2_hmac("sha512", self._passphrase.reveal().encode(), salt, cost, dklen=32)
            self._derived[header] = key
            return key


def _associated(header: bytes, context: bytes) -> bytes:
    return b"modelops passphrase wrap\x00" + header + context
