"""The case store: patients, visits, films, readers and readings, with a log that cannot be edited unseen."""
