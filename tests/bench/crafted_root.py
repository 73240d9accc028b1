"""Makes a larger recorded computer of a smaller one: whole packages are repeated, with new numbers."""
import pathlib
import re
import shutil

CPU = "sys/devices/system/cpu"
NODE = "sys/devices/system/node"


def parse_list(text):
    cpus = []
    for part in re.split(r"[,\s]+", text.strip()):
        first, _, last = part.partition("-")
        cpus += range(int(first), int(last or first) + 1) if first else []
    return cpus


def as_mask(cpus):
    """The kernel's mask: 32 bits a word, the highest first."""
    bits = sum(1 << cpu for cpu in cpus)
    words = []
    while bits or not words:
        words.insert(0, f"{bits & 0xFFFFFFFF:08x}")
        bits >>= 32
    return ",".join(words)


def repeat_packages(source, target, cpu_count):
    """Copies the recorded computer `source` to `target` and adds copies of its first packages until it has
    `cpu_count` CPUs. Its CPUs must be numbered from 0 without a gap."""
    source, target = pathlib.Path(source), pathlib.Path(target)
    shutil.copytree(source, target, symlinks=True)
    folder = target / CPU
    present = len([path for path in folder.iterdir() if re.fullmatch(r"cpu\d+", path.name)])
    packages = sorted({tuple(parse_list((folder / f"cpu{cpu}/topology/core_siblings_list").read_text())) for cpu in range(present)})
    renumbered = {}
    for package in packages:
        if present + len(renumbered) + len(package) <= cpu_count:
            renumbered |= {cpu: present + len(renumbered) + i for i, cpu in enumerate(package)}
    if present + len(renumbered) != cpu_count:
        raise ValueError(f"whole packages of {source} do not make {cpu_count} CPUs")

    for old, new in renumbered.items():
        shutil.copytree(folder / f"cpu{old}", folder / f"cpu{new}", symlinks=True)
    # A list is read beside its mask: lists last.
    for new in renumbered.values():
        for mask in [*(folder / f"cpu{new}").rglob("*_siblings"), *(folder / f"cpu{new}").rglob("*_map")]:
            beside = mask.parent / (mask.name.removesuffix("_map") + "_list")
            mask.write_text(as_mask(renumbered[cpu] for cpu in parse_list(beside.read_text())) + "\n")
    for new in renumbered.values():
        rewrite_lists(folder / f"cpu{new}", renumbered, len(packages))
    for name in ("online", "present", "possible"):
        (folder / name).write_text(f"0-{cpu_count - 1}\n")
    repeat_nodes(target / NODE, renumbered)
    repeat_stanzas(target / "proc/cpuinfo", renumbered, len(packages))


def rewrite_lists(folder, renumbered, package_step):
    for path in folder.rglob("*"):
        if path.is_file() and path.name.endswith(("_list", "_cpus")):
            path.write_text(",".join(str(renumbered[cpu]) for cpu in parse_list(path.read_text())) + "\n")
        elif path.is_file() and path.name == "physical_package_id":
            path.write_text(f"{int(path.read_text()) + package_step}\n")


def repeat_nodes(folder, renumbered):
    nodes = sorted(int(path.name[4:]) for path in folder.glob("node[0-9]*"))
    new = max(nodes, default=0)
    for old in nodes:
        if not (folder / f"node{old}/cpumap").is_file():
            continue
        bits = int((folder / f"node{old}/cpumap").read_text().replace(",", ""), 16)
        cpus = [renumbered[cpu] for cpu in renumbered if bits >> cpu & 1]
        if not cpus:
            continue
        new += 1
        shutil.copytree(folder / f"node{old}", folder / f"node{new}", symlinks=True)
        (folder / f"node{new}/cpumap").write_text(as_mask(cpus) + "\n")
        (folder / f"node{new}/cpulist").write_text(",".join(str(cpu) for cpu in cpus) + "\n")
        for path in folder.glob(f"node{new}/cpu[0-9]*"):
            path.unlink() if path.is_symlink() else shutil.rmtree(path)


def repeat_stanzas(path, renumbered, package_step):
    stanzas = {}
    for stanza in path.read_text().strip().split("\n\n"):
        if number := re.search(r"^processor\s*: (\d+)", stanza, re.MULTILINE):
            stanzas[int(number[1])] = stanza
    for old, new in renumbered.items():
        stanza = re.sub(r"^(processor\s*: )\d+", rf"\g<1>{new}", stanzas[old], flags=re.MULTILINE)
        stanzas[new] = re.sub(r"^(physical id\s*: )(\d+)", lambda at: f"{at[1]}{int(at[2]) + package_step}", stanza, flags=re.MULTILINE)
    path.write_text("\n\n".join(stanzas[cpu] for cpu in sorted(stanzas)) + "\n\n")
