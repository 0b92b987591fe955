"""What the console's exit codes mean."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    PROBLEM = 1  # the work was done and found something wrong: refused rows, a journal that does not fit
    USAGE = 2  # the command line itself, a file that is not there
    REFUSED = 3  # not allowed here: demo data outside demo settings, an unsafe start
    UNAVAILABLE = 4  # a busy port, a database that does not answer
