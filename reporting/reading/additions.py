"""What waits, counted in the rail, and what comes after a report."""

from imaging.access.navigation import badge_register
from reporting.reading.onward import next_answer
from reporting.reading.rows import waiting_count
from reporting.reports.onward import onward_register

badge_register("reading", waiting_count)
onward_register(next_answer)
