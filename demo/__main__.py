"""`python -m demo COMMAND`."""

import argparse
import importlib
import sys

from demo import environment
from demo.pictures.library import Library


def say(text: str) -> None:
    print(text, flush=True)


def pictures(arguments: argparse.Namespace) -> int:
    library = Library(environment.pictures_folder())
    if library.is_complete():
        return 0
    problems = importlib.import_module("demo.pictures.build").build(library, say)
    for problem in problems:
        say(f"cannot be had: {problem}")
    return 1 if problems else 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("pictures", help="fetch the pictures and build the series").set_defaults(run=pictures)
    return top


def main() -> int:
    arguments = parser().parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
