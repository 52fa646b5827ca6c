"""The demo company: a made-up shop with staff, customers and some weeks of conversations."""
