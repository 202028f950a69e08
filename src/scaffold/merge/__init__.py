"""What the owner, the template and other branches have written becomes one."""
