"""Checks a certificate of erasure offline: ``python verify_certificate.py CERTIFICATE KEYS [--person TEXT]``.

Stands alone: Python and the package ``cryptography``. KEYS is the file of public keys that the portal hands out.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def check(certificate: str, keys: str, person: str = "") -> list[str]:
    """What is wrong with it; nothing when it is genuine, whole, and about ``person`` where one is named."""
    try:
        read = json.loads(certificate)
        statement, note = read["statement"], read["signature"]
    except (ValueError, KeyError, TypeError):
        return ["This is no certificate of erasure."]
    wrong = []
    text, _, signatures = note.partition("\n\n")
    canonical = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    said = text.split("\n")[2] if text.count("\n") >= 2 else ""
    if base64.b64encode(hashlib.sha256(canonical.encode()).digest()).decode() != said:
        wrong.append("The statement is not the one that was signed.")
    if not _is_signed(f"{text}\n", signatures, keys):
        wrong.append("No key of the file has signed it.")
    if person:
        named = hashlib.sha256(f"{statement['subject']['salt']}:{person.strip().casefold()}".encode()).hexdigest()
        if named != statement["subject"]["sha256"]:
            wrong.append("It is about somebody else.")
    return wrong


def _is_signed(text: str, signatures: str, keys: str) -> bool:
    for line in keys.splitlines():
        name, _, rest = line.strip().partition("+")
        encoded = rest.partition("+")[2]
        if not encoded:
            continue
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:])
        for signature in signatures.splitlines():
            parts = signature.split(" ")
            if len(parts) != 3 or parts[1] != name:
                continue
            try:
                public.verify(base64.b64decode(parts[2])[4:], text.encode())
            except InvalidSignature:
                continue
            return True
    return False


def main(arguments: list[str]) -> int:
    """0 for a genuine certificate."""
    person = arguments.pop(arguments.index("--person") + 1) if "--person" in arguments else ""
    files = [each for each in arguments if each != "--person"]
    if len(files) != 2:
        sys.stdout.write(f"{__doc__}\n")
        return 2
    certificate, keys = (Path(each).read_text(encoding="utf-8") for each in files)
    wrong = check(certificate, keys, person)
    for each in wrong:
        sys.stdout.write(f"WRONG: {each}\n")
    if not wrong:
        sys.stdout.write("The certificate is genuine.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
