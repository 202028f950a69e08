"""What a generated project is: its files, what it records, and how it was generated."""
