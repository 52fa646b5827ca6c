"""Measures the product: speed beside a bare floor, growth with the data, and that nothing is lost.

Everything runs on this machine over loopback, bounded in number and in time.
"""
