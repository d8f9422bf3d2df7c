"""Other programs that encrypt files, where they are installed; they are no dependency of the portal.

None of them takes a digest of the plaintext. Sealing an artifact does, so each stands here twice: as it is, and with
the same duty, a SHA-256 of the same bytes in the same pass.
"""

import hashlib
import io
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Work = Callable[[], object]
_TINK = "pip install tink into a virtual environment of its own and add its site-packages to PYTHONPATH"
TINK_TEMPLATES = {
    "Tink AES-CTR-HMAC": "AES256_CTR_HMAC_SHA256_1MB",
    "Tink AES-GCM-HKDF": "AES256_GCM_HKDF_1MB",
}
HOW_TO_INSTALL = {**dict.fromkeys(TINK_TEMPLATES, _TINK), "age": "apt-get install age"}


def tink(piece: bytes, pieces: int, template: str) -> Callable[[bool], Work] | None:
    """Tink's streaming AEAD of a key template; the argument says whether a SHA-256 is taken beside it.

    Of its two families, AES-GCM-HKDF is the faster, and a file can be made that opens under two keys;
    AES-CTR-HMAC has a tag of 32 bytes that binds each segment to one key, as our format does.
    """
    try:
        import tink as library
        from tink import streaming_aead
    except ImportError:
        return None

    streaming_aead.register()
    handle = library.new_keyset_handle(getattr(streaming_aead.streaming_aead_key_templates, template))
    primitive = handle.primitive(streaming_aead.StreamingAead)

    class Sink(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return len(data)  # type: ignore[arg-type]

    def encrypt(*, with_digest: bool) -> None:
        digest = hashlib.sha256()
        with primitive.new_encrypting_stream(Sink(), b"benchmark") as stream:
            for _ in range(pieces):
                if with_digest:
                    digest.update(piece)
                stream.write(piece)

    return lambda with_digest: lambda: encrypt(with_digest=with_digest)


def age(piece: bytes, pieces: int) -> tuple[Callable[[bool], Work], Callable[[], float]] | None:
    """The command age to a recipient, and the CPU seconds that it has taken so far: it is a process of its own.

    With the digest, the time of `hashlib` for the same bytes is added; handing them over to the command is not.
    """
    if shutil.which("age") is None or shutil.which("age-keygen") is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="benchmark-age-"))
    subprocess.run(["age-keygen", "-o", folder / "key"], check=True, capture_output=True)
    recipient = subprocess.run(["age-keygen", "-y", folder / "key"], check=True, capture_output=True, text=True)
    hashing = 0.0

    def encrypt(*, with_digest: bool) -> None:
        nonlocal hashing
        digest = hashlib.sha256()
        with subprocess.Popen(
            ["age", "-r", recipient.stdout.strip(), "-o", "/dev/null"], stdin=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            for _ in range(pieces):
                if with_digest:
                    started = time.thread_time()
                    digest.update(piece)
                    hashing += time.thread_time() - started
                process.stdin.write(piece)
            process.stdin.close()
            assert process.wait() == 0

    def seconds() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime + hashing

    return lambda with_digest: lambda: encrypt(with_digest=with_digest), seconds
