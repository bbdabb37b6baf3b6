"""`python -m demo COMMAND`: each part of the simulated hospital is a command of its own."""

import argparse
import importlib
import sys

from demo import environment
from demo.pictures.library import Library


def say(text: str) -> None:
    print(text, flush=True)


def pictures(_arguments: argparse.Namespace) -> int:
    library = Library(environment.pictures_folder())
    if library.is_complete():
        return 0
    problems = importlib.import_module("demo.pictures.build").build(library, say)
    for problem in problems:
        say(f"cannot be had: {problem}")
    return 1 if problems else 0


def part(arguments: argparse.Namespace) -> int:
    """Run the module of a command. It is imported only now, so that each process holds no more than it needs."""
    return int(importlib.import_module(arguments.module).run(arguments))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("pictures", help="fetch the pictures and make series of them").set_defaults(run=pictures)
    commands.add_parser("his", help="listen for results, charges and order status").set_defaults(run=part, module="demo.his")
    commands.add_parser("storescp", help="be the storage node STORESCP").set_defaults(run=part, module="demo.dicom.storescp")
    commands.add_parser("day", help="play a day of the department, once").set_defaults(run=part, module="demo.day")
    add_modality(commands.add_parser("modality", help="be a scanner that works off its list"))
    add_simulate(commands.add_parser("simulate", help="drive load: many exams, from order to images"))
    return top


def add_modality(command: argparse.ArgumentParser) -> None:
    command.add_argument("--ae", required=True, help="station AE title, such as CT1")
    command.add_argument("--modality", default="CT", help="its modality, when it is none of the demo's stations")
    command.add_argument("--count", type=int, help="stop after that many steps")
    command.add_argument("--interval", type=float, default=5.0, help="seconds between questions while there is nothing to do")
    command.set_defaults(run=part, module="demo.modality")


def add_simulate(command: argparse.ArgumentParser) -> None:
    command.add_argument("--exams", type=int, default=20, help="how many exams")
    command.add_argument("--speed", type=float, default=60.0, help="how many times faster than a real department")
    command.add_argument("--seed", type=int, default=1, help="the same number gives the same patients and orders")
    command.set_defaults(run=part, module="demo.simulate")


def main() -> int:
    arguments = parser().parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
