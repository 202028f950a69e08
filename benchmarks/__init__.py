"""What is measured: each benchmark compares two things in one run."""
