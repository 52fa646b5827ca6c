"""``python -m config.up`` runs the whole product, ``python -m config.up PART`` becomes one part."""

import os
import sys

from config.up import parts, product


def main(arguments: list[str]) -> int:
    if not arguments:
        return product.main()
    commands = parts.commands()
    if arguments[0] not in commands or len(arguments) > 1:
        product.say(f"usage: python -m config.up [{' | '.join(commands)}]")
        return 2
    command = commands[arguments[0]]
    os.execv(command[0], command)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
