"""``python -m modelops.embedded run | up | down | env | exec -- COMMAND``."""

from __future__ import annotations

import argparse
import os
import shlex
import sys

from modelops.embedded import services
from modelops.embedded.locate import environment
from modelops.embedded.paths import home_from_environment
from modelops.embedded.problems import CannotStart
from modelops.embedded.supervisor import Supervisor

_OFF = {"0", "no", "false", "off"}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked."""
    parser = argparse.ArgumentParser(prog="python -m modelops.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="the whole portal, in the foreground, until Ctrl-C")
    commands.add_parser("up", help="PostgreSQL and Valkey alone, in the background")
    commands.add_parser("down", help="stop what `up` started")
    commands.add_parser("env", help='print the environment of this home for a shell: eval "$(... env)"')
    execute = commands.add_parser("exec", help="run a command in the environment of this home")
    execute.add_argument("argv", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    home = home_from_environment()
    try:
        if chosen.command == "run":
            return Supervisor(home, port=_port(), demo=os.environ.get("DEMO", "1").lower() not in _OFF).run()
        if chosen.command == "up":
            pair = services.up(home)
            print("\n".join([*pair.told, f"Up: {home.root}"]))
        elif chosen.command == "down":
            print(f"Down: {home.root}" if services.down(home) else f"Nothing there: {home.root}")
        elif chosen.command == "env":
            print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment(home.root).items()))
        else:
            argv = chosen.argv[1:] if chosen.argv[:1] == ["--"] else chosen.argv
            if not argv:
                parser.error("exec needs a command")
            os.execvpe(argv[0], argv, {**environment(home.root), **os.environ})  # noqa: S606 (the caller's own command)
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        if problem.filename is None:
            raise
        print(
            f"{problem.filename}: {problem.strerror}. "
            "Start as the owner of the folder, or choose another one with MODELOPS_HOME=.",
            file=sys.stderr,
        )
        return 1
    return 0


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT is {text!r}; a number from 1 to 65535 is needed.")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
