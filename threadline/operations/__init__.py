"""What the owner of a server does with it from the command line: each command is one file."""
