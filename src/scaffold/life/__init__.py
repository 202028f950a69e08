"""What happens to a project after it was made: endpoints come and go, and the template moves on.

Everything here is one operation: render the project as it was generated, render it as it is wanted,
and merge the difference into the files of its owner. docs/decisions/0006-three-renders.md says why;
`operations` is where to start reading.
"""
