"""What happened, told to a person once: a line in the app, a neutral mail, a neutral push, as they chose and when they are awake."""
