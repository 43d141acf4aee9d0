"""What all tests of this folder use, started once by `run`."""

mintage = None
packages = None
driver = None
world = None
sink = None
browsers = []  # that no test uses
