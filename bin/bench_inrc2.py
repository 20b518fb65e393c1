#!/usr/bin/env python3
"""The engine on the second international nurse rostering competition, as a table.

usage: bench_inrc2.py DATA [--seconds S] [--week-seconds S] [--threads N] [--seed N] [--instances A,B,…] [--out FILE]

DATA/inrc2 holds one folder a data set. An instance is named as the competition does: set_history_week-week-…. It is solved twice: all
weeks known (--seconds), and week after week as the competition was played (--week-seconds each). Every roster is scored here once more,
by the competition's rules, and a figure that differs or a broken rule ends the run. PAIBAN names the program."""
import argparse, glob, json, os, platform, re, subprocess, sys, tempfile

# The 28 instances the finalists were chosen by, and one of every other data set.
INSTANCES = """n005w4_0_1-2-3-3 n012w8_0_3-5-0-2-0-4-5-2 n021w4_0_1-2-3-3
n030w4_1_6-2-9-1 n030w4_1_6-7-5-3 n030w8_1_2-7-0-9-3-6-0-6 n030w8_1_6-7-5-3-5-6-2-9 n035w4_1_1-7-1-8 n035w8_0_6-2-9-8-7-7-9-8
n040w4_0_2-0-6-1 n040w4_2_6-1-0-6 n040w8_0_0-6-8-9-2-6-6-4 n040w8_2_5-0-4-8-7-1-7-2
n050w4_0_0-4-8-7 n050w4_0_7-2-7-2 n050w8_1_1-7-8-5-7-4-1-8 n050w8_1_9-7-5-3-8-8-3-1
n060w4_1_6-1-1-5 n060w4_1_9-6-3-8 n060w8_0_6-2-9-9-0-8-1-3 n060w8_2_1-0-3-4-0-3-9-1 n070w4_0_3-6-5-1 n070w8_0_3-3-9-2-3-7-5-2
n080w4_2_4-3-3-3 n080w4_2_6-0-4-8 n080w8_1_4-4-9-9-3-6-0-5 n080w8_2_0-4-0-9-1-9-6-2
n100w4_0_1-1-0-8 n100w4_2_0-6-4-6 n100w8_0_0-1-7-8-9-1-5-4 n100w8_1_2-4-7-9-3-9-2-8 n110w4_0_1-4-2-8 n110w8_0_2-1-1-7-2-6-4-7
n120w4_1_4-6-2-6 n120w4_1_5-6-9-8 n120w8_0_0-9-9-4-5-1-0-3 n120w8_1_7-2-6-4-5-2-0-2""".split()

# The best cost that a team of the competition reached week after week, least and greatest of a data set's two instances: the
# organisers' validated results of the 28 (Rank_LateInstances_ValidatedResults.xlsx), as others transcribed them.
BEST_OF_TEAMS = {
    "n030w4": (1755, 1935), "n030w8": (1900, 2340), "n040w4": (1730, 1880), "n040w8": (2700, 3310), "n050w4": (1480, 1490),
    "n050w8": (5410, 5435), "n060w4": (2815, 2950), "n060w8": (2765, 3065), "n080w4": (3535, 3570), "n080w8": (4995, 5030),
    "n100w4": (1445, 2100), "n100w8": (3055, 3080), "n120w4": (2435, 2485), "n120w8": (3510, 3615)}
# Proven best with all weeks known: what the tests of github.com/wssuite/NurseScheduler hold its exact method to.
PROVEN = {"n005w4_0_1-2-3-3": 1470, "n030w4_1_6-2-9-1": 1670}

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def numbers(text):
    return [int(n) for n in re.findall(r"\d+", text)]


def section(text, name):
    """The lines below a heading, up to the next empty one."""
    body = re.search(rf"^{name}[^\n]*\n(.*?)(?:\n\s*\n|\Z)", text, re.S | re.M)
    return [line for line in body[1].splitlines() if line.strip()] if body else []


class Instance:
    """Texts of an instance, read apart from the engine."""

    def __init__(self, folder, name):
        data_set, history, weeks = name.split("_")
        read = lambda file: open(f"{folder}/{data_set}/{file}", encoding="utf-8").read().replace("\r", "")
        scenario = read(f"Sc-{data_set}.txt")
        self.types = {line.split()[0]: numbers(line.split()[1]) for line in section(scenario, "SHIFT_TYPES")}
        self.forbidden = {(line.split()[0], after) for line in section(scenario, "FORBIDDEN") for after in line.split()[2:]}
        contracts = {}
        for line in section(scenario, "CONTRACTS"):
            contract, *limits = line.split()
            contracts[contract] = numbers(" ".join(limits))
        self.nurses = {}
        for line in section(scenario, "NURSES"):
            nurse, contract, _, *skills = line.split()
            self.nurses[nurse] = (contracts[contract], set(skills))
        self.past = {}
        for line in section(read(f"H0-{data_set}-{history}.txt"), "NURSE_HISTORY"):
            nurse, assignments, weekends, last, of_type, worked, off = line.split()
            self.past[nurse] = (int(assignments), int(weekends), last, int(of_type), int(worked), int(off))
        self.cover, self.refused = {}, set()
        for week, index in enumerate(weeks.split("-")):
            text = read(f"WD-{data_set}-{index}.txt")
            for line in section(text, "REQUIREMENTS"):
                kind, skill, *_ = line.split()
                asked = numbers(line.split(maxsplit=2)[2])
                for day in range(7):
                    self.cover[7 * week + day, kind, skill] = asked[2 * day:2 * day + 2]
            for line in section(text, "SHIFT_OFF_REQUESTS"):
                nurse, kind, day = line.split()
                self.refused.add((nurse, 7 * week + DAYS.index(day), kind))
        self.days = 7 * len(weeks.split("-"))

    def score(self, solutions):
        """The cost of weekly solutions, or the hard rules they break."""
        cells = {}
        for week, text in enumerate(solutions):
            for line in section(text, "ASSIGNMENTS"):
                nurse, day, kind, skill = line.split()
                cell = (nurse, 7 * week + DAYS.index(day))
                if cell in cells:
                    return f"{cell}: two shifts"
                cells[cell] = (kind, skill)
        cost, heads = 0, {}
        for (nurse, day), (kind, skill) in cells.items():
            heads[day, kind, skill] = heads.get((day, kind, skill), 0) + 1
            if skill not in self.nurses[nurse][1]:
                return f"{nurse}, day {day}: no {skill}"
        for where, (minimum, optimum) in self.cover.items():
            there = heads.get(where, 0)
            if there < minimum:
                return f"{where}: {there} of {minimum}"
            cost += 30 * max(0, optimum - there)
        for nurse, (contract, _) in self.nurses.items():
            kinds = [cells.get((nurse, day), (None,))[0] for day in range(self.days)]
            said = self.row(nurse, kinds, contract)
            if isinstance(said, str):
                return said
            cost += said
        return cost

    def row(self, nurse, kinds, contract):
        least, most, work_min, work_max, off_min, off_max, weekends_max, whole = contract
        assignments, weekends, last, of_type, worked, off = self.past[nurse]
        before = [last if last != "None" else None] + kinds
        for day, pair in enumerate(zip(before, kinds)):
            if pair in self.forbidden:
                return f"{nurse}, day {day}: {pair[0]} before {pair[1]}"
        cost = sum(10 for day, kind in enumerate(kinds)
                   if kind and ((nurse, day, kind) in self.refused or (nurse, day, "Any") in self.refused))
        # Runs of one kind of day: (is it such a day, days of it in the history, limits, weight).
        runs = [([bool(k) for k in kinds], worked, (work_min, work_max), 30), ([not k for k in kinds], off, (off_min, off_max), 30)]
        runs += [([k == kind for k in kinds], of_type if last == kind else 0, limits, 15) for kind, limits in self.types.items()]
        for such, length, (shortest, longest), weight in runs:
            for day in such:
                if day:
                    length += 1
                    cost += weight * (length > longest)
                else:
                    cost += weight * max(0, shortest - length) * (length > 0)
                    length = 0
        total = assignments + sum(map(bool, kinds))
        cost += 20 * (max(0, least - total) + max(0, total - most))
        for saturday in range(5, self.days, 7):
            both = bool(kinds[saturday]), bool(kinds[saturday + 1])
            weekends += any(both)
            cost += 30 * (whole and any(both) and not all(both))
        return cost + 30 * max(0, weekends - weekends_max)


def solved(program, instance, name, options, folder):
    """A run of the program: its line of JSON, its cost scored here."""
    data_set, history, weeks = name.split("_")
    out = tempfile.mkdtemp(dir=folder)
    command = [program, "bench", "inrc2", f"{options.data}/inrc2/{data_set}", "--history", history, "--weeks", weeks.replace("-", ","),
               "--threads", str(options.threads), "--seed", str(options.seed), "--out", out]
    command += ["--time-limit", f"{options.seconds:g}"] if not options.stages else [
        "--stages", "--time-limit", f"{options.week_seconds * (1 + weeks.count('-')):g}"]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()[-300:]}")
    run = json.loads(lines[-1])
    files = sorted(glob.glob(f"{out}/sol-week*.txt"), key=lambda path: numbers(os.path.basename(path)))
    verdict = instance.score([open(path, encoding="utf-8").read() for path in files])
    if verdict != run["objective"]:
        sys.exit(f"{name}: said {run['objective']}, counted {verdict}")
    return run


def main():
    a = argparse.ArgumentParser()
    a.add_argument("data")
    a.add_argument("--seconds", type=float, default=60)
    a.add_argument("--week-seconds", type=float, default=10)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--instances")
    a.add_argument("--out", help="the table's file")
    a = a.parse_args()
    program = os.environ.get("PAIBAN", "bin/paiban")
    head = ["instance", "all weeks known", "bound", "gap", "proven best", "week after week", "best of the teams"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    print(*lines, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in a.instances.split(",") if a.instances else INSTANCES:
            instance = Instance(f"{a.data}/inrc2", name)
            whole = solved(program, instance, name, argparse.Namespace(**vars(a), stages=False), folder)
            stages = solved(program, instance, name, argparse.Namespace(**vars(a), stages=True), folder)
            objective, bound = whole["objective"], whole["bound"]
            teams = BEST_OF_TEAMS.get(name.split("_")[0])
            lines.append("| " + " | ".join([
                name, f"{objective:,}", f"{bound:,}" if bound is not None else "–",
                f"{100 * (objective - bound) / objective:.1f} %" if bound is not None else "–",
                f"{PROVEN[name]:,}" if name in PROVEN else "", f"{stages['objective']:,}",
                f"{teams[0]:,} … {teams[1]:,}" if teams else ""]) + " |")
            print(lines[-1], flush=True)
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpu = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    lines += ["", f"All weeks known: {a.seconds:g} seconds; week after week: {a.week_seconds:g} seconds a week. {a.threads} threads, seed {a.seed}; "
              f"{os.cpu_count()} cores of {cpu}, {platform.system()}. Each roster was scored by code that shares nothing with the engine."]
    if a.out:
        with open(a.out, "w", encoding="utf-8") as file:
            file.write("# The engine on the second international nurse rostering competition\n\nInstances of Ceschia et al. "
                       "(arXiv 1501.04177), written anew by `bin/bench inrc2 DATA --out solver/inrc2.md`.\n\n" + "\n".join(lines) + "\n\n"
                       "*Best of the teams* is the competition's: week after week, 10 + 3 · (nurses − 20) seconds a week, the least and the "
                       "greatest\nof a data set's two instances. *Proven best* is what others proved with all weeks known.\n")
    print(lines[-1])


if __name__ == "__main__":
    main()
