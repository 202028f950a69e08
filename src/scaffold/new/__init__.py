"""A project is made."""
