"""Days on which the clinic is closed: public holidays where it is, and its own."""
