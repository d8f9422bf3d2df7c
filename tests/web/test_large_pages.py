"""What a web process has loaded lies in large pages, where the system has them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelops.embedded.paths import CHECKOUT
from modelops.web.large_pages import LARGE_BYTES, _own_ranges, is_possible, use_large_pages

MIB = 1 << 20


def test_only_what_a_large_page_fits_into_is_moved() -> None:
    """The heap and unnamed memory; no file, no stack, nothing that is shared or cannot be written."""
    maps = [
        f"{3 * MIB:x}-{9 * MIB:x} rw-p 00000000 00:00 0                          [heap]",
        f"{20 * MIB:x}-{22 * MIB:x} rw-p 00000000 00:00 0 ",
        f"{31 * MIB:x}-{33 * MIB:x} rw-p 00000000 00:00 0 ",
        f"{40 * MIB:x}-{50 * MIB:x} r-xp 00000000 fe:00 1234                     /usr/bin/a program",
        f"{60 * MIB:x}-{70 * MIB:x} rw-s 00000000 00:01 5                        /dev/zero (deleted)",
        f"{80 * MIB:x}-{88 * MIB:x} rw-p 00000000 00:00 0                        [stack]",
        f"{90 * MIB:x}-{99 * MIB:x} ---p 00000000 00:00 0 ",
    ]
    assert list(_own_ranges(maps)) == [(4 * MIB, 8 * MIB), (20 * MIB, 22 * MIB)]


def test_it_is_moved_and_stays_what_it_was() -> None:
    code = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from modelops.web.large_pages import use_large_pages\n"
        "kept = [bytes([n % 251]) * 1000 for n in range(30_000)]\n"
        "large = lambda: int(re.search(r'AnonHugePages: +(\\d+)', Path('/proc/self/smaps_rollup').read_text())[1])\n"
        "before = large(); moved = use_large_pages()\n"
        "assert all(each == bytes([n % 251]) * 1000 for n, each in enumerate(kept))\n"
        "print(moved, (large() - before) * 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT)
    moved, large = map(int, done.stdout.split())
    assert moved % LARGE_BYTES == 0
    assert not is_possible() or large >= 10 * MIB


def test_a_system_without_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise OSError("There is no /proc.")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert use_large_pages() == 0


def test_the_web_server_asks_for_it() -> None:
    code = (
        "import django; django.setup()\n"
        "import modelops.sealed; modelops.sealed.tell_when_sealed = lambda: None\n"  # asks the database
        "import modelops.web.large_pages as pages; pages.use_large_pages = lambda: print('asked')\n"
        "import modelops.wsgi"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "modelops.settings"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=CHECKOUT, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["asked"]
