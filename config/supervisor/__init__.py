"""Runs the whole of Lightbox on one machine: every process started, watched, started again when it dies, and stopped together."""
