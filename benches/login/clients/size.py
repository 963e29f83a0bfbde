"""Prints the bytes of an installed distribution and of all that it requires, without the interpreter."""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution

found, wanted = {}, [sys.argv[1]]
while wanted:
    name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
    try:
        package = distribution(name)
    except PackageNotFoundError:
        # Required on other systems only; the one asked for must be there.
        if not found:
            raise
        continue
    if name not in found:
        paths = {file.locate() for file in package.files or []}
        found[name] = sum(path.stat().st_size for path in paths if path.is_file())
        plain = [line for line in package.requires or [] if "extra ==" not in line]
        wanted += [re.match(r"[\w.-]+", line).group() for line in plain]
print(sum(found.values()))
