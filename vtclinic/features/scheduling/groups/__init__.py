"""Sessions with seats: groups, and couples whose two people both agree."""
