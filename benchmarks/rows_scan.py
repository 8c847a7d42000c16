"""mgit against git: a full stream beside git archive, an unchanged repository beside git fetch."""

from measure import MGIT, Row, measured, paired
from repositories import count_files, git, given_or_made


def rows(work, size):
    repo = given_or_made("BENCH_LARGE_REPOSITORY", work, 1500 if size == "quick" else 12000)
    home, out = work / "scan-home", work / "scan.jsonl"
    sync = [MGIT, "sync", f"file://{repo}", "--full", "--output", out]
    peak = measured(sync, home).peak_mib
    pairs = paired(sync, f"git -C {repo} archive HEAD | wc -c", home=home)
    note = f"{count_files(repo):,} files; {pairs.ours:.2f} s, {pairs.theirs:.2f} s; by CPU time {pairs.cpu_ratio:.2f}"
    yield Row("mgit sync --full / git archive", pairs.ratio, "x", 2.0, peer="git archive | wc -c", note=note)
    yield Row("mgit sync --full, peak memory", peak, "MiB", 1024, note="alone, the first copy included")

    bare = work / "bare.git"
    git(".", "clone", "-q", "--bare", "--depth", "1", f"file://{repo}", bare)
    unchanged = [MGIT, "sync", f"file://{repo}", "--output", out]
    measured(unchanged, home)
    pairs = paired(unchanged, ["git", "-C", bare, "fetch", "-q", "--depth", "1", "origin"], runs=11, home=home)
    note = f"{pairs.ours * 1000:.0f} ms, {pairs.theirs * 1000:.0f} ms; by CPU time {pairs.cpu_ratio:.2f}"
    yield Row("mgit sync, nothing new / git fetch", pairs.ratio, "x", 1.5, peer="git fetch", note=note)
