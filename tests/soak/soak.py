#!/usr/bin/env python3
"""soak.py PROGRAM HOURS: runs a server under mixed load, does to it what happens in operation, and
checks a book of invariants. Ends with 1 if one was violated. `./dev soak` runs it.

As root the files are on a small tmpfs of a mount namespace of its own, so that the disk can be
full.
"""

import argparse
import ctypes
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

import faults
import load
from book import Book
from server import Server

CLONE_NEWNS = 0x00020000
DISK = "2g"  # for the database, a backup of it and what is restored from that
# Memory of a process is compared with what it took in its first minutes. So that some become old
# enough, in each round no fault ends the process for the later part.
SETTLED = 300  # seconds
ROUND, MAY_END = 1500, 600  # seconds


def mount_small_disk(folder):
    """Whether a tmpfs could be mounted there, which only this process and its children see."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        return False
    for words in (
        ["mount", "--make-rprivate", "/"],
        ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", folder],
    ):
        if subprocess.run(words, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            return False
    return True


def look_at_size(world, sizes):
    """Notes memory and open files of the process, and checks them against its own first ones."""
    try:
        memory, files = world.server.memory_and_files()
    except OSError:
        return  # it has just ended
    pid = world.server.process.pid
    first = sizes.setdefault(pid, (time.monotonic(), memory, files))
    age = time.monotonic() - first[0]
    if age < SETTLED:
        sizes[pid] = (first[0], max(memory, first[1]), max(files, first[2]))
        return
    detail = f"{first[1] >> 20} to {memory >> 20} MiB, {first[2]} to {files} files"
    world.book.note_size(pid, f"{detail} after {age:.0f} s")
    world.book.check("bounded", memory < 2 * first[1] + (64 << 20), detail)
    world.book.check("bounded", files < 2 * first[2] + 100, detail)


def check_log(world):
    log = world.server.log.read_bytes()
    if world.book.faults["step_clock"]:  # which is told at every level
        world.book.check("no_secret", log != b"", "nothing is in the log at all")
    for secret in world.secrets:
        world.book.check("no_secret", secret.encode() not in log, "a client secret")
    found = re.search(rb"(mco|mrt|mat|mcs|mad)_[0-9A-Za-z_-]{16}", log)
    world.book.check("no_secret", found is None, "a code or token")


def run(world, seconds, pause, has_small_disk):
    """The faults, one after the other, until the time is over."""
    begin, sizes, tried = time.monotonic(), {}, set()
    end = begin + seconds
    while time.monotonic() < end:
        time.sleep(min(random.uniform(pause / 2, pause * 1.5), max(0, end - time.monotonic())))
        look_at_size(world, sizes)
        # Each once, then by chance.
        may_end = (time.monotonic() - begin) % ROUND < MAY_END
        kinds, weights = zip(*faults.possible(world, has_small_disk, may_end))
        untried = [kind for kind in kinds if kind not in tried]
        fault = random.choice(untried) if untried else random.choices(kinds, weights)[0]
        tried.add(fault)
        world.book.fault(fault.__name__)
        print(f"{time.monotonic() - world.book.started:8.0f} s  {fault.__name__}", flush=True)
        try:
            fault(world)
        except Exception:  # the run goes on, and the book tells
            detail = traceback.format_exc()[-2000:]
            world.book.check("recovers", False, f"{fault.__name__}: {detail}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program", type=pathlib.Path, help="the mintage to run")
    parser.add_argument("hours", type=float)
    parser.add_argument("--clock", type=pathlib.Path, help="the library that moves its clock")
    parser.add_argument("--pause", type=float, default=20, help="seconds between faults, about")
    parser.add_argument("--report", type=pathlib.Path, help="write the book here, too")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)

    folder = tempfile.mkdtemp(prefix="soak-")
    has_small_disk = mount_small_disk(folder)
    clock = options.clock and options.clock.resolve()
    log = tempfile.NamedTemporaryFile(prefix="soak-", suffix=".log")  # not on the small disk
    server = Server(str(options.program.resolve()), folder, clock, log=log.name)
    world = load.World(server, Book())
    failed = True
    try:
        server.start()
        if not server.wait_until(True, 60):
            sys.exit("the server does not start:\n" + server.log.read_text())
        load.make_clients(world)
        threads = load.start(world)
        run(world, options.hours * 3600, options.pause, has_small_disk)
        world.stopping.set()
        for thread in threads:
            thread.join(60)
        world.book.check("understood", not any(t.is_alive() for t in threads), "a thread hangs")
        world.book.check("ends_well", server.stop() == 0, "at the end")
        check_log(world)
        report = world.book.report()
        print(report)
        if options.report:
            options.report.parent.mkdir(parents=True, exist_ok=True)
            options.report.write_text(report)
        failed = bool(world.book.violations)
    finally:
        world.stopping.set()
        if server.process is not None and server.process.poll() is None:
            server.kill()
        if failed:
            kept = pathlib.Path("build/soak")
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copy(server.log, kept / "log")
            print(f"the log of the server is in {kept / 'log'}")
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
