#!/usr/bin/env python3
"""Writes the console's files into a C++ source, so that they are part of the program.

    embed.py OUTPUT.cpp [--folder FOLDER] [PATH=FILE ...]

FOLDER is what the bundler built, served from "/"; PATH=FILE adds one file under a path of its own. Each file is there as it is and
packed by gzip; the same files always give the same source.
"""
import gzip
import hashlib
import sys
from pathlib import Path

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

SOURCE = """// Made by control/console/embed.py.
#include "control/console/asset.hpp"

#include <array>
#include <cstddef>

namespace modelgate::control::console {{
namespace {{

// As bytes: a text of that length is more than compilers have to take.
{arrays}
template <std::size_t Size>
std::string_view text(const unsigned char (&bytes)[Size]) {{
  return {{reinterpret_cast<const char*>(bytes), Size}};
}}

}}  // namespace

std::span<const asset> embedded_assets() {{
  static const std::array<asset, {count}> all{{{{
{entries}  }}}};
  return all;
}}

}}  // namespace modelgate::control::console
"""


def files_of(folder):
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in place.parts):
            yield "/" + place.as_posix(), path


def array(name, content):
    return f"constexpr unsigned char {name}[] = {{{','.join(map(str, content))}}};\n"


def literal(text):
    assert all(" " <= each <= "~" and each not in '"\\' for each in text), f"{text}: not a path that can be embedded"
    return f'"{text}"'


def main(arguments):
    output, files = Path(arguments.pop(0)), {}
    while arguments:
        word = arguments.pop(0)
        if word == "--folder":
            files.update(files_of(Path(arguments.pop(0))))
        else:
            path, _, file = word.partition("=")
            files[path] = Path(file)
    if "/index.html" not in files:
        sys.exit("embed.py: the console has no index.html: building it went wrong")
    arrays, entries = [], []
    for number, (path, file) in enumerate(sorted(files.items(), key=lambda each: each[0].encode())):
        if file.suffix not in MEDIA_TYPES:
            sys.exit(f"embed.py: {file}: which media type is '{file.suffix}'? Add it to MEDIA_TYPES")
        content = file.read_bytes()
        if not content:
            sys.exit(f"embed.py: {file} is empty")
        packed = gzip.compress(content, 9, mtime=0)
        arrays.append(array(f"file_{number}", content))
        saves = len(packed) < 0.95 * len(content)
        if saves:
            arrays.append(array(f"packed_{number}", packed))
        entries.append(f"      {{{literal(path)}, {literal(MEDIA_TYPES[file.suffix])}, text(file_{number}), "
                       f"{f'text(packed_{number})' if saves else '{}'}, {literal(hashlib.sha256(content).hexdigest()[:32])}}},\n")
    output.write_text(SOURCE.format(arrays="".join(arrays), count=len(entries), entries="".join(entries)))


main(sys.argv[1:])
