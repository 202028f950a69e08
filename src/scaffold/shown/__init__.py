"""What the command shows, as text and as JSON."""
