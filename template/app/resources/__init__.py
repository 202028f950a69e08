"""The tables: for each resource its rows, and what the service asks of them."""
