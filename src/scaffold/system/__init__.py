"""What the command asks of the computer: git, files, locks, the user's folders, the terminal."""
