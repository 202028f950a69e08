"""The tests of endpoints, each in a module of its own."""
