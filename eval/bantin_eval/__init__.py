"""Scoring bantin, or any system whose output has its form, against labelled articles."""
