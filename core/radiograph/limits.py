"""Every limit on what a file may cost, in one place."""

FILE_BYTES = 100 * 2**20  # a 6000 x 4800 film of 16 bits is 58 MB
PIXELS = 36_000_000  # 24 x 30 cm at 50 um is 28.8 million
SIDE_PX = 64  # a hand on fewer pixels shows no joint
INFLATED_BYTES = 256 * 2**20
SEQUENCE_DEPTH = 64

WALL_SECONDS = 60.0
CPU_SECONDS = 30
ADDRESS_BYTES = 3 * 2**30

ARCHIVE_ENTRIES = 500  # films; what else lies in an archive does not count
ARCHIVE_LISTED = 10_000  # more than this is not even listed
ARCHIVE_HELD_BYTES = 2**30  # of a zip that was uploaded
FOLDER_LISTED = 200_000
ARCHIVE_BYTES = 2 * 2**30
ARCHIVE_RATIO = 100

LEVELS = 16  # fewer grey levels between the 0.5 % and 99.5 % points are no radiograph
CONTRAST = 0.04  # of the full range, between the same points
