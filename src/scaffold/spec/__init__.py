"""What somebody asked for: lines and answers, read, checked, and mended."""
