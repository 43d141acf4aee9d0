"""The book of invariants: what must hold whatever happens to the server."""

import collections
import threading
import time

# What must hold, by name. A violation of any fails the run.
INVARIANTS = {
    "code_once": "a code yields tokens once at most",
    "code_kept": "a code that was acknowledged and not used yields tokens, also after a crash",
    "proof_needed": "a wrong secret or verifier never yields tokens",
    "old_refused": "a refresh token that was replaced is refused after the grace time",
    "rotation_kept": "the newest refresh token works, also after a crash",
    "revoked_stays": "a token that was revoked stays so",
    "session_stays_ended": "a refresh token of an ended session is refused",
    "change_kept": "a change of a client that was acknowledged is there",
    "key_published": "the key of each new token is in the key set",
    "no_pause": "no request fails outside of a fault",
    "no_error": "no answer is 500",
    "recovers": "the server is ready again soon after a fault",
    "ends_well": "SIGTERM ends the server with 0",
    "backup_void": "what a backup holds of codes and tokens is void where it is restored",
    "certificate_new": "a new connection gets the newest certificate",
    "no_secret": "no secret is in the log",
    "understood": "every journey goes on",
    "bounded": "memory and open files do not grow without end",
}


class Book:
    """Counts checks, requests and violations. Safe for many threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self.checks = collections.Counter()
        self.violations = []
        self.answers = collections.Counter()
        self.times = collections.defaultdict(list)
        self.faults = collections.Counter()
        # Names and reasons of faults that are not possible.
        self.left_out = {}
        # Of processes that lived for long, what they took: text by process id.
        self.sizes = {}
        self.started = time.monotonic()

    def check(self, name, holds, detail=""):
        assert name in INVARIANTS, name
        with self._lock:
            self.checks[name] += 1
            if not holds:
                self.violations.append((time.monotonic() - self.started, name, detail))
        return holds

    def answer(self, kind, status, seconds):
        with self._lock:
            self.answers[f"{kind} {status}"] += 1
            times = self.times[kind]
            # A sample is enough: the newest 20,000 of each kind.
            if len(times) >= 20000:
                del times[:10000]
            times.append(seconds)

    def fault(self, name):
        with self._lock:
            self.faults[name] += 1

    def note_size(self, pid, text):
        """Replaces what was said of the process."""
        with self._lock:
            self.sizes[pid] = text

    def report(self):
        """The whole book as text."""
        lines = [f"ran {time.monotonic() - self.started:.0f} s", "", "requests, by answer:"]
        lines += [f"  {name:40} {count}" for name, count in sorted(self.answers.items())]
        lines += ["", "milliseconds, latest requests of each kind: p50, p99, longest:"]
        for kind, times in sorted(self.times.items()):
            ordered = sorted(times)
            picks = [ordered[int(len(ordered) * q)] for q in (0.5, 0.99)] + [ordered[-1]]
            lines.append(f"  {kind:20} " + "  ".join(f"{1000 * t:.1f}" for t in picks))
        lines += ["", "faults:"]
        lines += [f"  {name:40} {count}" for name, count in sorted(self.faults.items())]
        lines += [f"  {name:40} left out: {why}" for name, why in sorted(self.left_out.items())]
        lines += ["", "memory and open files of long processes, in their first minutes and last:"]
        lines += [f"  {text}" for text in self.sizes.values()]
        lines += ["", "invariants: checks, violations:"]
        broken = collections.Counter(name for _, name, _ in self.violations)
        for name, sentence in INVARIANTS.items():
            never = "" if self.checks[name] else " (never checked)"
            lines.append(f"  {self.checks[name]:9} {broken[name]:5}  {sentence}{never}")
        for at, name, detail in self.violations[:100]:
            lines.append(f"  at {at:.0f} s: {name}: {detail}")
        return "\n".join(lines) + "\n"
