"""The template: where it comes from, and how it is rendered, with Copier and without."""
