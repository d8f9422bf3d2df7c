#!/usr/bin/env python
"""The portal's commands."""

import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["scan_file"] and sys.argv[2:]:  # also on a machine that has no portal and no settings
        from registry.scanning.command import main as scan_file

        sys.exit(scan_file(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
