"""What an endpoint will answer, said before it is generated."""
