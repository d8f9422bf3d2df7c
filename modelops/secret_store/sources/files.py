"""Secrets in files of one folder, as container platforms mount them."""

import os
import re
import stat
from pathlib import Path

from django.conf import settings

from .base import SecretSource, SecretUnavailable, bad_reference, sources

_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_PATH = re.compile(rf"{_PART}(/{_PART}){{0,4}}")
MOST_BYTES = 64 * 1024


@sources.register("file")
class FileSource(SecretSource):
    """``file:smtp/password`` reads that file below ``MODELOPS_SECRETS_FOLDER``; one final line break is dropped."""

    def check(self, path: str) -> None:
        if not settings.MODELOPS_SECRETS_FOLDER:
            raise bad_reference("file: needs a folder of secrets. Set MODELOPS_SECRETS_FOLDER.")
        if not _PATH.fullmatch(path):
            raise bad_reference("file: takes a path below MODELOPS_SECRETS_FOLDER, such as smtp/password.")

    def read(self, path: str) -> str:
        try:
            folder = Path(settings.MODELOPS_SECRETS_FOLDER).resolve(strict=True)
            # Container platforms mount secrets as links within the folder; a link out of it is not followed.
            file = (folder / path).resolve(strict=True)
            if not file.is_relative_to(folder):
                raise SecretUnavailable(
                    f"The file {path} leads out of MODELOPS_SECRETS_FOLDER; put the file itself there."
                )
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as opened:
                mode = os.fstat(descriptor).st_mode
                if not stat.S_ISREG(mode) or mode & 0o077:
                    raise SecretUnavailable(
                        f"The file {path} has mode {mode & 0o777:o} or is no plain file. Others must not read it: "
                        "set mode 0600 or 0400."
                    )
                content = opened.read(MOST_BYTES + 1)
        except OSError as error:
            raise SecretUnavailable(f"The file {path} cannot be read: {error.strerror}.") from None
        try:
            value = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise SecretUnavailable(f"The file {path} is no UTF-8 text.") from None
        if not value or len(content) > MOST_BYTES:
            raise SecretUnavailable(f"The file {path} is empty or larger than {MOST_BYTES:,} bytes.")
        return value
