#!/usr/bin/env python3
"""The engine on the shift-scheduling instances of Curtois and Qu, and others beside it, as a table and a picture.

usage: bench_nrp.py DATA [--seconds S] [--threads N] [--seeds 1,2,…] [--instances 1,2,…] [--peers PYTHON] [--kept FILE] [--out FOLDER]

DATA holds nrp/InstanceN.txt, nrp/best_known.csv, nrp_check.py (the judge) and peers/nrp_peers.py (CP-SAT and HiGHS on the textbook
model). Every roster is judged; a figure the judge does not confirm ends the run. PAIBAN names the program. Peers take twice as long
as the engine and do not change with it: with --kept their judged runs of the same seconds and threads are taken from FILE, and new
ones added to it."""
import argparse, csv, json, math, os, platform, subprocess, sys, tempfile

PLOTTED = ["7", "9", "12", "16", "18"]


def last_json(command, limit):
    """The command's last line of JSON; nothing if it came to nothing within the limit."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        print(f"{' '.join(command)}: not done after {limit:g} s", file=sys.stderr)
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        print(f"{' '.join(command)}: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    return json.loads(lines[-1])


def judged(data, instance, roster):
    """The objective of a roster as the judge finds it. Ends the run at a broken rule."""
    done = subprocess.run([sys.executable, f"{data}/nrp_check.py", instance, roster], capture_output=True, text=True)
    verdict = json.loads(done.stdout)
    if verdict["hard"]:
        sys.exit(f"{instance}: the judge says {verdict}")
    return verdict["objective"]


class Kept:
    """Judged runs of the peers, one JSON line each, by peer, instance, seconds and threads."""

    def __init__(self, path):
        self.path, self.runs = path, {}
        if path and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for line in map(json.loads, file):
                    self.runs[tuple(line["of"])] = line["run"]

    def get(self, of, run):
        if of not in self.runs:
            self.runs[of] = run()
            if self.path:
                with open(self.path, "a", encoding="utf-8") as file:
                    file.write(json.dumps({"of": of, "run": self.runs[of]}) + "\n")
        return self.runs[of]


def peer_run(a, peer, instance, folder, limit):
    """A peer's objective, as the judge finds it, and bound; nothing of both if it came to nothing."""
    roster = f"{folder}/roster.csv"
    run = last_json([a.peers, f"{a.data}/peers/nrp_peers.py", peer, instance, "--time-limit", f"{a.seconds:g}",
                     "--threads", str(a.threads), "--out", roster], limit) or {"objective": None, "bound": None}
    if run["objective"] is not None:
        # A peer may stop before it has seen that its roster is cheaper than it says.
        run["objective"] = judged(a.data, instance, roster)
    return run


def best_known(data):
    with open(f"{data}/nrp/best_known.csv", newline="", encoding="utf-8") as file:
        return {row["instance"]: row["best_known_ub"] for row in csv.DictReader(file)}


def figure(value):
    return "–" if value is None or not math.isfinite(value) else f"{round(value):,}"


def polyline(points, x, y):
    return " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points)


def picture(traces, seconds):
    """Objective (solid) and bound (dashed) over time, one panel an instance, as SVG."""
    width, height, gap = 260, 170, 46
    parts = []
    for place, (name, rows) in enumerate(traces.items()):
        left = gap + place * (width + gap)
        objectives = [(t, o) for t, o, _ in rows if o is not None]
        bounds = [(t, b) for t, _, b in rows if b is not None and b > 0]
        if not objectives:
            continue
        low = min([b for _, b in bounds[-1:]] + [objectives[-1][1]]) * 0.97
        high = max(objectives[-1][1] * 1.15, low + 1)
        x = lambda t: left + width * min(t / seconds, 1)
        y = lambda v: 30 + height * (1 - (min(max(v, low), high) - low) / (high - low))
        parts.append(f'<text x="{left}" y="18">#{name}</text><rect x="{left}" y="30" width="{width}" height="{height}" class="frame"/>')
        parts.append(f'<text x="{left}" y="{30 + height + 16}" class="small">{low:,.0f} … {high:,.0f}; 0 … {seconds:g} s</text>')
        parts.append(f'<polyline points="{polyline(objectives, x, y)}"/>')
        if bounds:
            parts.append(f'<polyline class="bound" points="{polyline(bounds, x, y)}"/>')
    total = gap + len(traces) * (width + gap)
    style = ("text{font:14px sans-serif;fill:#444}.small{font-size:11px}.frame{fill:none;stroke:#bbb}"
             "polyline{fill:none;stroke:#0a6;stroke-width:2}.bound{stroke:#c60;stroke-dasharray:5 4}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height + 60}"><style>{style}</style>'
            + "".join(parts) + "</svg>\n")


def read_trace(path):
    number = lambda text: float(text) if text else None
    with open(path, newline="", encoding="utf-8") as file:
        return [(float(r["seconds"]), number(r["objective"]), number(r["bound"])) for r in csv.DictReader(file)]


def main():
    a = argparse.ArgumentParser()
    a.add_argument("data")
    a.add_argument("--seconds", type=float, default=60)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--seeds", default="1")
    a.add_argument("--instances")
    a.add_argument("--peers", help="a Python that has ortools, highspy and numpy")
    a.add_argument("--kept", help="a file of the peers' runs")
    a.add_argument("--out", help="folder for results.md and results.svg")
    a = a.parse_args()
    known, kept = best_known(a.data), Kept(a.kept)
    instances = a.instances.split(",") if a.instances else sorted(known, key=int)
    seeds = a.seeds.split(",")
    program = os.environ.get("PAIBAN", "bin/paiban")
    limit = a.seconds * 3 + 120
    peers = ["cp-sat", "highs"] if a.peers else []
    head = ["instance", "ours", "bound", "seconds", "proven", *(f"{p}, bound" for p in peers), "best known"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    print(lines[0], lines[1], sep="\n", flush=True)
    traces = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in instances:
            instance = f"{a.data}/nrp/Instance{name}.txt"
            common = ["--time-limit", f"{a.seconds:g}", "--threads", str(a.threads), "--out", f"{folder}/roster.csv"]
            runs = []
            for seed in seeds:
                trace = f"{folder}/trace-{name}-{seed}.csv"
                run = last_json([program, "bench", "nrp", instance, *common, "--seed", seed, "--trace", trace], limit)
                if run is None:
                    sys.exit(f"no roster for instance {name}")
                verdict = judged(a.data, instance, f"{folder}/roster.csv")
                if verdict != run["objective"]:
                    sys.exit(f"{instance}: said {run['objective']}, the judge says {verdict}")
                runs.append(run)
            if name in PLOTTED:
                traces[name] = read_trace(f"{folder}/trace-{name}-{seeds[0]}.csv")
            best, worst = (choose(r["objective"] for r in runs) for choose in (min, max))
            bound = max((r["bound"] for r in runs if r["bound"] is not None), default=None)
            cells = [name, figure(best) if best == worst else f"{best:,} … {worst:,}", figure(bound),
                     f"{max(r['seconds'] for r in runs):.0f}", "yes" if any(r["proven"] for r in runs) else ""]
            for peer in peers:
                other = kept.get((peer, name, a.seconds, a.threads), lambda: peer_run(a, peer, instance, folder, limit))
                cells.append(f"{figure(other['objective'])}, {figure(other['bound'])}")
            cells.append(figure(float(known[name])))
            lines.append("| " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpu = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    lines += ["", f"{a.seconds:g} seconds, {a.threads} threads, seeds {a.seeds}; {os.cpu_count()} cores of {cpu}, {platform.system()}. "
              "Each roster was judged by a program that shares nothing with the engine. A dash is no roster, or no bound."]
    if a.out:
        with open(f"{a.out}/results.md", "w", encoding="utf-8") as file:
            file.write("# The engine on public instances\n\nCurtois and Qu's shift-scheduling instances (doi 10.1016/j.ejor.2014.01.039), "
                       "written anew by `bin/bench nrp DATA --peers --out solver`.\n\n" + "\n".join(lines) + "\n")
            if traces:
                file.write("\nObjective (solid) and bound (dashed) over time:\n\n![objective and bound](results.svg)\n")
        if traces:
            with open(f"{a.out}/results.svg", "w", encoding="utf-8") as file:
                file.write(picture(traces, a.seconds))
    print(lines[-1])


if __name__ == "__main__":
    main()
