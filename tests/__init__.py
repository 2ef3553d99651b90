"""Talkwatch's tests, one flat folder: `tests/test_<package>_<module>.py`."""
