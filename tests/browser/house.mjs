// A served desk for the journeys: the real binary on a data folder of its own, filled through its command line and its
// JSON API. The clock is the machine's, so everything is laid around the present moment.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../..", import.meta.url).pathname;
const program = process.env.PAIBAN_BIN;

export const DESK = "online-shop";
export const password = (staff) => `password of ${staff}`;

const PEOPLE = [
  ["H01", "何人事", "hr", "", ""],
  ["G01", "周总办", "gm_office", "", ""],
  ["L01", "李主管", "staff;lead", DESK, "presale"],
  ["1001", "陈晓雯", "staff", "", "presale"],
  ["1002", "林佳怡", "staff", "", "presale"],
  ["1003", "王磊", "staff", "", "presale"],
  ["1004", "赵敏", "staff", "", "presale"],
  ["1005", "孙悦", "staff", "", "presale"],
  ["1006", "吴昊", "staff", "", "presale"],
];

/** The site's civil date, `days` from now. */
export const day = (days = 0) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(Date.now() + days * 86_400_000));
/** The month after the one a day lies in. */
export const monthAfter = (date) => {
  const [year, month] = date.split("-").map(Number);
  return month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, "0")}`;
};
/** The shift that lasts at the present moment: night, day or evening. */
export const shiftNow = () => {
  const hour = Number(new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", hourCycle: "h23" }).format(new Date()));
  return hour < 8 ? "A" : hour < 16 ? "B" : "C";
};

/** Days of a month as ISO dates. */
const daysOf = (month) => {
  const [year, number] = month.split("-").map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, n) => `${month}-${String(n + 1).padStart(2, "0")}`);
};

/** Serves a data folder until `stop`. */
async function serve(folder, data) {
  const server = spawn(program, ["serve", "--data", data, "--listen", "127.0.0.1:0"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const base = await new Promise((found, lost) => {
    let said = "";
    server.stdout.on("data", (chunk) => {
      said += chunk;
      const address = said.match(/http:\/\/[\d.]+:\d+/);
      if (address) found(address[0]);
    });
    server.once("error", lost);
    server.once("exit", (code) => lost(new Error(`the server ended with ${code}: ${said}`)));
  });
  const stop = () =>
    new Promise((done) => {
      server.once("exit", done);
      server.kill("SIGTERM");
    });
  return { base, stop };
}

/** Somebody as a client of the JSON API. */
export async function client(base, staff) {
  const opened = await fetch(`${base}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ staff, password: password(staff) }),
  });
  if (!opened.ok) throw new Error(`${staff} cannot log in: ${await opened.text()}`);
  const { csrf_token } = await opened.json();
  const cookie = opened.headers.get("set-cookie").split(";")[0];
  let position;
  return async (method, path, body) => {
    const headers = { cookie, "x-csrf-token": csrf_token, "accept-language": "en" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (position) headers["paiban-position"] = position;
    const answer = await fetch(`${base}/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    position = answer.headers.get("paiban-position") ?? position;
    return text ? JSON.parse(text) : null;
  };
}

/** A desk with people, rules, shifts, demand, and a roster in force from yesterday on. */
export async function openHouse() {
  const folder = mkdtempSync(join(tmpdir(), "paiban-browser-"));
  const data = join(folder, "data");
  const run = (args, input) => execFileSync(program, [...args, "--data", data], { input, cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
  run(["desk", "open", "--desk", DESK, "--name", "网店客服部", "--opens", "00:00", "--closes", "24:00"]);
  const list = join(folder, "people.csv");
  const header = "staff,name,desk,position,roles,leads,skills,employment,week_minutes,month_wage_fen,from";
  const rows = PEOPLE.map(([staff, name, roles, leads]) =>
    [staff, name, DESK, "客服", roles, leads, "", "full_time", 2400, 600000, day(-70)].join(","));
  writeFileSync(list, `${[header, ...rows].join("\n")}\n`);
  run(["import", "staff", list]);
  for (const [staff] of PEOPLE) run(["user", "add", "--staff", staff], `${password(staff)}\n`);
  const founding = await serve(folder, data);
  try {
    await found(founding.base);
  } finally {
    await founding.stop();
  }
  // A server closes the days that are over as soon as it starts; only then is yesterday's missing punch missing.
  const { base, stop } = await serve(folder, data);
  const close = async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { base, close };
}

async function found(base) {
  const [hr, lead] = [await client(base, "H01"), await client(base, "L01")];
  await lead("PUT", `/desks/${DESK}/skills`, { skills: [{ id: "presale", name: "售前" }] });
  for (const [staff, , , , skills] of PEOPLE) {
    if (skills) await hr("PUT", `/staff/${staff}/skills`, { from: day(-70), skills: [skills] });
  }
  await hr("PUT", `/desks/${DESK}/policy`, { document: readFileSync(join(root, "crates/domain/policies/online_shop.toml"), "utf8") });
  const template = (code, name, colour, start, meal) => ({
    code, name, colour, night: false, duty: false,
    segments: [{ start, end: start + 480 }],
    meals: [{ earliest_start: start + meal, latest_start: start + meal + 90, minutes: 35 }],
  });
  await lead("PUT", `/desks/${DESK}/shift-templates`, {
    effective_from: day(-70),
    templates: [
      template("A", "早班", "#dcebf9", 0, 180),
      template("B", "中班", "#fbe7cf", 480, 180),
      template("C", "晚班", "#2b3350", 960, 180),
    ],
  });
  const [yesterday, today] = [day(-1), day()];
  const cells = [
    { staff: "1001", date: today, shift: shiftNow() },
    { staff: "1002", date: yesterday, shift: "A" },
    { staff: "1002", date: today, shift: shiftNow() },
    { staff: "1003", date: today, shift: shiftNow() },
  ];
  for (const month of new Set([yesterday.slice(0, 7), today.slice(0, 7)])) {
    await demand(lead, month);
    await lead("PUT", `/desks/${DESK}/rosters/${month}`);
    await lead("POST", `/desks/${DESK}/rosters/${month}/edits`, { cells: cells.filter((cell) => cell.date.startsWith(month)) });
    await lead("POST", `/desks/${DESK}/rosters/${month}/publication`, { acknowledge_shortfalls: true });
  }
  await demand(lead, monthAfter(today));
}

async function demand(lead, month) {
  await lead("PUT", `/desks/${DESK}/demand/${month}`, {
    slot_minutes: 30,
    source: "journeys",
    days: daysOf(month).map((date) => ({ date, skill: "presale", start: 480, minimum: Array(16).fill(1), target: Array(16).fill(1) })),
  });
}
