"""Set-up of a machine. `install.py` runs under the system's Python, before anything of ours is installed."""
