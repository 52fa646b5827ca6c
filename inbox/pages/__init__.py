"""The inbox's further pages, one matter a file; `inbox/views.py` has what they share."""
