"""Commands by what they are about. Each reads arguments, calls one service or job, prints, sets the exit status."""
