"""Measurements, each with its bare and its ordinary variant in the same run, so that ratios hold on a noisy machine."""
