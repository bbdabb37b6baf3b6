"""What waits, counted in the rail."""

from imaging.access.navigation import badge_register
from reporting.reports.reading import waiting_count

badge_register("reading", waiting_count)
