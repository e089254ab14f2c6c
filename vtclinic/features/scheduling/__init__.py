"""Working hours, open times, bookings and calendar files."""
