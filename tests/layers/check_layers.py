#!/usr/bin/env python3
"""Fails when a room includes a header that ARCHITECTURE.md does not allow it.

check_layers.py ROOT          checks the sources below ROOT
check_layers.py --self-test   checks that the check finds each kind of fault
"""
import pathlib
import re
import sys
import tempfile

OUR_INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
QT_INCLUDE = re.compile(r"\s*#\s*include\s+<(Q[A-Za-z]*|Qt[A-Za-z]*/.*)>")
QT_CORE = re.compile(r"QtCore/|Q(String|List|Map|Locale|Translator|CoreApplication)\b")
# Linked by nobody: their one door each binds them when bytes move or a virtual machine is asked for.
BEHIND_A_DOOR = {"curl/curl.h": "transfer", "archive.h": "transfer", "archive_entry.h": "transfer", "libvirt/libvirt.h": "runners", "openssl/evp.h": "core"}
SOURCES = {".h", ".cpp"}


def read_arrows(path):
    arrows = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            room, _, allowed = line.partition(":")
            arrows[room] = set(allowed.split())
    return arrows


def faults_of_line(line, room, arrows, root):
    ours = OUR_INCLUDE.match(line)
    if ours:
        target, slash, _ = ours[1].partition("/")
        if not slash or not (root / ours[1]).is_file():
            yield f'"{ours[1]}" is not the path of a header from the top of the repository'
        elif target != room and target not in arrows[room]:
            yield f"{room} may not include {target}"
    qt = QT_INCLUDE.match(line)
    if qt and room != "gui" and not (room == "text" and QT_CORE.match(qt[1])):
        yield f"{room} may not use Qt ({qt[1]})"
    foreign = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
    if foreign and BEHIND_A_DOOR.get(foreign[1], room) != room:
        yield f"{foreign[1]} belongs behind its door in {BEHIND_A_DOOR[foreign[1]]}"


def check(root, arrows):
    """Returns all faults as "file:line: what"."""
    faults = []
    for room in arrows:
        for path in sorted((root / room).rglob("*")):
            if path.suffix not in SOURCES or path.is_relative_to(root / "catalog" / "images"):
                continue  # what is compiled inside an image is not part of the house
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                faults += [f"{path.relative_to(root)}:{number}: {fault}" for fault in faults_of_line(line, room, arrows, root)]
    return faults


def self_test(arrows):
    """The check itself must be able to fail."""
    bad = {
        "core/a.h": '#include "hardware/b.h"\n',
        "hardware/b.h": "#include <QString>\n",
        "catalog/c.cpp": '#include "c.h"\n',
        "cli/d.cpp": "#include <curl/curl.h>\n",
    }
    good = {"text/e.cpp": '#include <QString>\n#include "core/a.h"\n', "transfer/f.cpp": "#include <curl/curl.h>\n"}
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in (bad | good).items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        found = {fault.split(":")[0] for fault in check(root, arrows)}
    assert found == set(bad), f"expected faults in {sorted(bad)}, found them in {sorted(found)}"


def main():
    arrows = read_arrows(pathlib.Path(__file__).with_name("allowed_arrows.txt"))
    if sys.argv[1] == "--self-test":
        self_test(arrows)
        print("layers: the check finds what it should")
        return 0
    faults = check(pathlib.Path(sys.argv[1]), arrows)
    print("\n".join(faults) or "layers: ok")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
