"""Measures an installation on this machine, as `./run bench` prints it."""
