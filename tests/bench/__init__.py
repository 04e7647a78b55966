"""The bench itself: that it measures and tells what it measured. Its figures are no tests."""
