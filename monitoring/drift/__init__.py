"""Drift: does the data that a model meets today still look like the data that it learned from?"""
