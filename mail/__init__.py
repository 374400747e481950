"""Letters and how they leave: what a letter is, SMTP, and the mailbox of a trial installation."""
