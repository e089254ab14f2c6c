"""The demonstration: two clinics with made-up people, and the check that walks one patient through everything."""
