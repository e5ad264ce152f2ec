"""Studies from folders and zips of films: imported without anybody seeing a score, read blind, exported as one file."""
