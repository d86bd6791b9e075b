#!/usr/bin/env python3
"""Writes the system call tables of src/main/resources/io/windlass/linux/seccomp from the kernel's user-space headers.

Run it by hand after a kernel release added system calls, with the headers of Debian's linux-libc-dev (or of
`make headers_install`) below the folder given as the argument, /usr/include by default:

    python3 src/main/scripts/syscall-tables.py [/usr/include]

One file an architecture, one line a call: number and name. Calls that are newer than the headers are added from NEWER below:
since 5.1 the kernel gives new calls one number for all architectures.
"""
import pathlib
import re
import sys

# asm-generic numbers as of Linux 6.18.
NEWER = {
    451: "cachestat", 452: "fchmodat2", 453: "map_shadow_stack", 454: "futex_wake", 455: "futex_wait",
    456: "futex_requeue", 457: "statmount", 458: "listmount", 459: "lsm_get_self_attr", 460: "lsm_set_self_attr",
    461: "lsm_list_modules", 462: "mseal", 463: "setxattrat", 464: "getxattrat", 465: "listxattrat",
    466: "removexattrat", 467: "open_tree_attr", 468: "file_getattr", 469: "file_setattr",
}
# Numbers of x86_64 outside the common range.
X86_64_ONLY = {335: "uretprobe"}
# Common numbers that X32 does not have.
NOT_X32 = {453}
# Entry points of arm64 in asm-generic/unistd.h that the header hides behind switches.
ARM64_SWITCHES = {"renameat": 38, "set_robust_list": 99, "get_robust_list": 100, "clone3": 435, "memfd_secret": 447}
# Names that asm-generic gives in their 64-bit form.
GENERIC_3264 = {
    "fcntl": 25, "statfs": 43, "fstatfs": 44, "truncate": 45, "ftruncate": 46, "lseek": 62, "sendfile": 71,
    "newfstatat": 79, "fstat": 80, "mmap": 222, "fadvise64": 223,
}


def defines(path):
    return dict(re.findall(r"#define __NR_(\w+)\s+(.+)", path.read_text()))


def x86(path):
    table = {}
    for name, value in defines(path).items():
        match = re.fullmatch(r"(?:\(__X32_SYSCALL_BIT \+ )?(\d+)\)?", value.strip())
        if match:
            table[int(match[1])] = name
    return table


def arm64(path):
    table = {}
    for name, value in defines(path).items():
        if name not in ("arch_specific_syscall", "syscalls") and not name.startswith("3264_") and value.strip().isdigit():
            table[int(value)] = name
    # The *_time64 calls and the legacy ones exist for 32-bit machines only.
    for number in [n for n, name in table.items() if 403 <= n <= 423 or n >= 1024]:
        del table[number]
    for name, number in {**GENERIC_3264, **ARM64_SWITCHES}.items():
        table[number] = name
    return table


def main():
    include = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/include")
    asm = include / "x86_64-linux-gnu/asm" if (include / "x86_64-linux-gnu/asm").exists() else include / "asm"
    tables = {
        "x86_64": {**x86(asm / "unistd_64.h"), **X86_64_ONLY},
        "x86": x86(asm / "unistd_32.h"),
        "x32": x86(asm / "unistd_x32.h"),
        "aarch64": arm64(include / "asm-generic/unistd.h"),
    }
    target = pathlib.Path(__file__).parent.parent / "resources/io/windlass/linux/seccomp"
    for architecture, table in tables.items():
        for number, name in NEWER.items():
            table.setdefault(number, name)
        if architecture == "x32":
            table = {n: name for n, name in table.items() if n not in NOT_X32}
        lines = [f"{number} {table[number]}" for number in sorted(table)]
        (target / f"syscalls-{architecture}.txt").write_text("\n".join(lines) + "\n")


main()
