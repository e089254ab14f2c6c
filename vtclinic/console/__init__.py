"""The IT administrator's web console; it reaches no clinical data."""
