"""Runs another program with less memory, time and disk than it might like: bytes, seconds, program, arguments. Knows nothing else."""

import os
import resource
import sys


def main() -> None:
    most, seconds, program, *arguments = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (int(most), int(most)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.execv(program, [program, *arguments])  # noqa: S606  no shell, and a program that the settings name


if __name__ == "__main__":
    main()
