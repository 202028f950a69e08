"""What there is: the patterns, what their pages say, and how they are found by a word."""
