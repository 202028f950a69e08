"""The tests of the HTTP toolkit."""
