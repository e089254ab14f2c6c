"""The first page of every role, the first steps, and the demonstration's own pages."""
