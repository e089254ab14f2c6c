"""The waiting list for times: who waits for what, whom a freed time is kept for, and what they answer."""
