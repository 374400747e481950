"""Whether a paper is what it says it is: for anyone who has the file, of this installation or another."""
