"""The HTTP toolkit: what the endpoints share to answer correctly."""
