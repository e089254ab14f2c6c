"""What every part stands on: settings, databases, units of work, keys, audit, events."""
