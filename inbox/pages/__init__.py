"""The inbox's pages and the same parts of them as fragments, one matter a file."""
