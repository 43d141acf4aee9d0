"""What is done to the server while it is under load. Each fault is a function of the world."""

import pathlib
import random
import shutil
import time

from server import Server

RECOVERY = 60  # seconds
MOST_FORMER_SEAL_KEYS = 32  # of the server; they are kept as long as refresh tokens live


def recovered(world, what):
    world.book.check("recovers", world.server.wait_until(True, RECOVERY), what)


def crash(world):
    """SIGKILL at any moment."""
    with world:
        world.server.kill()
        time.sleep(random.uniform(0, 1))
        world.server.start()
        recovered(world, "after SIGKILL")


def restart(world):
    """SIGTERM, and a new process."""
    with world:
        world.book.check("ends_well", world.server.stop() == 0)
        world.server.start()
        recovered(world, "after SIGTERM")


def reload(world):
    """The config changes and is read again. No request may fail."""
    settings = world.server.settings
    settings["log.level"] = random.choice(['"warn"', '"error"'])
    settings["http.max_in_flight"] = str(random.choice([2048, 4096]))
    settings["tokens.access_ttl"] = random.choice(['"5m"', '"10m"'])
    world.server.write_config()
    world.server.hang_up()


def rotate(world):
    """New signing keys, at once or soon. No request may fail."""
    now = random.random() < 0.5
    # 409: the last rotation is not over.
    world.ask("rotate", world.server.admin, "POST", "/admin/keys/rotate", {"now": now})


def step_clock(world):
    """The clock jumps ahead by minutes: the server waits for an operator, who confirms."""
    world.clock_moved = time.monotonic() + 1e9
    with world:
        world.clock_ahead = getattr(world, "clock_ahead", 0) + random.randrange(90, 300)
        world.server.set_clock_ahead(world.clock_ahead)
        world.book.check("recovers", world.server.wait_until(False, RECOVERY), "sees no jump")
        time.sleep(random.uniform(0, 3))
        world.until_sure("confirm", world.server.admin, "POST", "/admin/clock/confirm")
        recovered(world, "after the clock was confirmed")
    world.clock_moved = time.monotonic()


def fill_disk(world):
    """The disk of the database is full for some seconds."""
    folder = world.server.folder / world.server.database
    filler = folder.parent / "filler"
    with world:
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65536))
            except OSError:
                pass
        time.sleep(random.uniform(2, 10))
        filler.unlink()
        recovered(world, "after there was room again")


def back_up(world):
    """A backup under load is verified, restored elsewhere, and what it holds is void. No request of
    the load may fail."""
    server = world.server
    to = server.folder / f"backup-{time.monotonic_ns()}"
    config = str(server.folder / "mintage.toml")
    tried = _mint_for_backup(world)
    code, said = server.command("backup", "--config", config, str(to))
    try:
        if not world.book.check("recovers", code == 0, f"backup: {said}"):
            return
        code, said = server.command("verify-backup", "--config", config, str(to))
        world.book.check("recovers", code == 0, f"verify-backup: {said}")
        _restore(world, to, tried)
    finally:
        shutil.rmtree(to, ignore_errors=True)


def _mint_for_backup(world):
    from load import mint

    return [code for code in (mint(world, "secret") for _ in range(5)) if code]


def _restore(world, backup, codes):
    folder = pathlib.Path(str(backup) + "-restored")
    # On the same clock: the epoch of the restored database is the time of the restore.
    other = Server(world.server.program, folder, world.server.clock_library)
    other.set_clock_ahead(getattr(world, "clock_ahead", 0))
    try:
        for name in ("mintage.seal", "admin.token"):
            shutil.copy(world.server.folder / name, folder / name)
        config = str(folder / "mintage.toml")
        code, said = other.command("restore", "--config", config, str(backup))
        if not world.book.check("recovers", code == 0, f"restore: {said}"):
            return
        other.start()
        is_ready = other.wait_until(True, RECOVERY)
        detail = "restored: " + ("" if is_ready else other.log.read_text()[-2000:])
        if not world.book.check("recovers", is_ready, detail):
            return
        for code in codes:
            form = {"grant_type": "authorization_code", "code": code}
            form["redirect_uri"] = "https://soak.example/cb"
            status, _ = other.post("/token", form, world.clients["secret"])
            world.book.check("backup_void", status not in (200, 500), f"{status}")
        other.stop()
    finally:
        if other.process is not None and other.process.poll() is None:
            other.kill()
        shutil.rmtree(folder, ignore_errors=True)


def apply_files(world):
    """Clients as files: exported, applied, nothing differs. No request may fail."""
    server = world.server
    config = str(server.folder / "mintage.toml")
    to = server.folder / f"clients-{time.monotonic_ns()}"
    code, said = server.command("export", "--config", config, str(to))
    if world.book.check("no_pause", code == 0, f"export: {said}"):
        # The load changes this one all the time.
        (to / f"client-{world.clients['machine'][0]}.toml").unlink()
        code, said = server.command("apply", "-f", str(to), "--config", config)
        world.book.check("no_pause", code == 0, f"apply: {said}")
        code, said = server.command("apply", "--diff", "-f", str(to), "--config", config)
        world.book.check("no_pause", code == 0, f"apply --diff: {said}")
    shutil.rmtree(to, ignore_errors=True)


def rotate_seal(world):
    """Another seal key, online. No request may fail."""
    config = str(world.server.folder / "mintage.toml")
    code, said = world.server.command("seal", "rotate", "--config", config)
    world.book.check("no_pause", code == 0, said)


def rotate_certificate(world):
    """Another certificate for the public listener. No request may fail, and new connections get
    it."""
    server = world.server
    server.make_certificate()
    code, said = server.command("reload", "--config", str(server.folder / "mintage.toml"))
    world.book.check("no_pause", code == 0, f"reload: {said}")
    shown = server.shown_certificate()
    world.book.check("certificate_new", shown == server.certificate(), shown)


def possible(world, has_small_disk, may_end):
    """The faults of this program on this machine now, with their weights; those that end the
    process only if they may. Notes what is left out: the program may be replaced by a later one
    while this runs."""
    server, commands, left_out = world.server, world.server.commands(), {}
    out = [(reload, 4), (rotate, 3)]
    if may_end:
        out += [(crash, 3), (restart, 2)]
    if server.clock_library:
        out.append((step_clock, 1))
    else:
        left_out["step_clock"] = "no library that moves the clock was given"
    if has_small_disk:
        out.append((fill_disk, 1))
    else:
        left_out["fill_disk"] = "no small file system can be mounted: not root"
    for fault, command in (
        (back_up, "restore"),
        (apply_files, "apply"),
        (rotate_seal, "seal"),
        (rotate_certificate, "reload"),
    ):
        if command not in commands:
            left_out[fault.__name__] = "the program has no such command"
        elif fault is rotate_seal and world.book.faults[fault.__name__] >= MOST_FORMER_SEAL_KEYS:
            left_out[fault.__name__] = "the server keeps as many former keys as it may"
        else:
            out.append((fault, 2))
    world.book.left_out = left_out
    return out
