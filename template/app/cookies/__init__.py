"""Every cookie of the service, one module each: its name, lifetime and flags."""
