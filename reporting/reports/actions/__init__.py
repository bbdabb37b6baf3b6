"""Everything that can be done to a report: one file for each act, with its checks, its work and its record."""
