"""A year in the life of three invented practices, told in real X12 files and taken in through the ordinary door."""
