#!/usr/bin/env python3
"""Write a Debian lock file: every .deb that an image needs, with size and SHA-256.

A maintainer's tool. It needs a Debian host (apt-get, dpkg) whose apt knows the
wanted release, and reads only the package index that apt has fetched and whose
signature apt has checked; run "apt-get update" first. It installs nothing.

Packages come from the release itself, never from its -updates or -security
archive: those files are replaced within days, the release's own files stay.
"""
import argparse
import re
import subprocess
import sys


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def read_index(release, component, architecture):
    """The release's version and its packages: name -> fields of the Packages index."""
    targets = output("apt-get", "indextargets", "--format", "$(FILENAME)\t$(VERSION)",
                     "Created-By: Packages", "Origin: Debian", f"Codename: {release}",
                     f"Component: {component}", f"Architecture: {architecture}").splitlines()
    if len(targets) != 1:
        sys.exit(f"lock_debian: apt knows {len(targets)} indexes of {release}/{component} for "
                 f"{architecture}, one is needed. Look at apt's sources, then run: apt-get update")
    filename, version = targets[0].split("\t")
    wanted = {"Package", "Version", "Depends", "Pre-Depends", "Provides", "Filename", "Size", "SHA256"}
    packages = {}
    for paragraph in output("/usr/lib/apt/apt-helper", "cat-file", filename).split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): (.*)$", paragraph, re.MULTILINE))
        if fields:
            packages[fields["Package"]] = {k: v for k, v in fields.items() if k in wanted}
    return version, packages


def parse_relations(field):
    """'a (>= 1) | b, c' -> [[('a', '>=', '1'), ('b', None, None)], [('c', None, None)]]"""
    term = re.compile(r"([a-z0-9][a-z0-9+.-]*)(?::\w+)?(?:\s*\((<<|<=|=|>=|>>)\s*([^)]+)\))?")
    return [[term.match(one.strip()).groups() for one in alternatives.split("|")]
            for alternatives in field.split(",") if alternatives.strip()]


def version_holds(found, operator, wanted):
    return operator is None or subprocess.run(
        ["dpkg", "--compare-versions", found, operator, wanted]).returncode == 0


class Resolver:
    """Follows Depends and Pre-Depends. Deterministic: the same index gives the same answer."""

    def __init__(self, packages, without):
        self.packages = packages
        self.without = set(without)
        self.unused = set(without)
        self.chosen = {}
        self.providers = {}  # virtual package -> [(real package, provided version or None)]
        for name in sorted(packages):
            for (provided, operator, version), *_ in parse_relations(packages[name].get("Provides", "")):
                self.providers.setdefault(provided, []).append((name, version))

    def candidates(self, name, operator, version):
        """Real package first, then those that provide the name."""
        real = self.packages.get(name)
        if real and version_holds(real["Version"], operator, version):
            yield name
        for provider, provided in self.providers.get(name, []):
            if operator is None or (provided and version_holds(provided, operator, version)):
                yield provider

    def add(self, name):
        if name in self.chosen:
            return
        fields = self.chosen[name] = self.packages[name]
        for alternatives in parse_relations(
                ", ".join(filter(None, (fields.get("Pre-Depends"), fields.get("Depends"))))):
            possible = [c for term in alternatives for c in self.candidates(*term)]
            left_out = self.without.intersection(possible + [name for name, *_ in alternatives])
            if left_out:
                self.unused -= left_out
            elif not possible:
                sys.exit(f"lock_debian: {name} needs {alternatives[0][0]}, which this release has not")
            elif not any(c in self.chosen for c in possible):
                self.add(possible[0])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: lock_debian.py g++ make --without libtsan2 libasan8 > builder.lock")
    parser.add_argument("packages", metavar="PACKAGE", nargs="+", help="package the image needs")
    parser.add_argument("--without", metavar="PACKAGE", nargs="+", action="extend", default=[],
                        help="leave this dependency out, and what only it needs")
    parser.add_argument("--release", default="bookworm", help="code name (default: %(default)s)")
    parser.add_argument("--component", default="main", help="(default: %(default)s)")
    parser.add_argument("--architecture", default="amd64", help="Debian's name of it (default: %(default)s)")
    arguments = parser.parse_args()

    version, packages = read_index(arguments.release, arguments.component, arguments.architecture)
    resolver = Resolver(packages, arguments.without)
    for name in arguments.packages:
        if name not in packages:
            parser.error(f"{arguments.release}/{arguments.component} has no package '{name}'")
        resolver.add(name)
    for name in sorted(resolver.unused):
        print(f"lock_debian: nothing needed {name}, --without {name} had no effect", file=sys.stderr)

    total = sum(int(fields["Size"]) for fields in resolver.chosen.values())
    left_out = "".join(f" --without {name}" for name in sorted(arguments.without))
    print(f"# Debian {version} {arguments.release}/{arguments.component} {arguments.architecture}: "
          f"{len(resolver.chosen)} packages, {total} bytes")
    print(f"# lock_debian.py {' '.join(arguments.packages)}{left_out}")
    for name, fields in sorted(resolver.chosen.items()):
        print(name, fields["Version"], fields["Filename"], fields["Size"], fields["SHA256"])


if __name__ == "__main__":
    main()
