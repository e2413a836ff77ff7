"""What storyboard can do, measured; each file is a command, `python -m benchmarks.NAME`."""
