"""Faults: processes killed, a provider that misbehaves, webhooks of every bad kind, disks and clocks that fail."""
