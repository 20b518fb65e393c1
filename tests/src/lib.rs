//! A served desk for acceptance tests: the real server on a port of its own, a clock the test sets, and people who send
//! real HTTP requests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod served;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::ids::StaffId;
use domain::policy::document::ONLINE_SHOP;
use domain::work_date::{DayMinute, WorkDate, Zone};
use paiban::app::{App, Caller, Options, Solving};
use paiban::clock::SimulatedClock;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use tokio::runtime::Runtime;
use ureq::Agent;
use ureq::http::HeaderMap;

/// The desk of the tests.
pub const DESK: &str = "online-shop";
/// Its time zone.
pub const ZONE: Zone = Zone(chrono_tz::Asia::Shanghai);

/// The instant at which the site's clock shows `local`, such as `2026-12-03 09:00` or `2026-12-03 09:00:59`.
pub fn at(local: &str) -> DateTime<Utc> {
    let civil = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M"))
        .unwrap_or_else(|error| panic!("{local}: {error}"));
    let midnight = civil.date().and_hms_opt(0, 0, 0).unwrap();
    let seconds = (civil - midnight).num_seconds();
    ZONE.instant(WorkDate(civil.date()), DayMinute(0)) + chrono::Duration::seconds(seconds)
}

/// A served house: one desk, its people, a clock.
pub struct House {
    /// The service, for what no request can do (time passing, looking at the log).
    pub app: App,
    /// The server's clock.
    pub clock: Arc<SimulatedClock>,
    /// Where it listens.
    pub address: SocketAddr,
    runtime: Runtime,
    position: Arc<Mutex<Option<String>>>,
}

impl House {
    /// The shop's lead begins December, with one pre-sales agent wanted at the least and two at the best from 09:00 to 21:00.
    pub fn draft_december(&self) {
        self.want_in_december(&[1; 24], &[2; 24]);
        self.to("L01")
            .put_empty(&format!("/desks/{DESK}/rosters/2026-12"))
            .expect(204);
    }

    /// The shop's lead says how many pre-sales agents are wanted from 09:00 on every day of December, per half hour.
    pub fn want_in_december(&self, minimum: &[u32], target: &[u32]) {
        let days: Vec<Value> = (1..=31)
            .map(|day| {
                json!({
                    "date": format!("2026-12-{day:02}"), "skill": "presale", "start": 540,
                    "minimum": minimum, "target": target
                })
            })
            .collect();
        let demand = json!({"slot_minutes": 30, "source": "test", "days": days});
        self.to("L01")
            .put(&format!("/desks/{DESK}/demand/2026-12"), demand)
            .expect(204);
    }

    /// An empty service whose clock shows `local`.
    pub fn empty(local: &str) -> Self {
        Self::serving(local, async |clock| App::in_memory(clock).await.unwrap())
    }

    /// A service on a data folder, its log in a file, whose clock shows `local`.
    pub fn stored(folder: &Path, local: &str) -> Self {
        Self::serving(local, async |clock| {
            App::open(folder, clock, Options::default()).await.unwrap()
        })
    }

    /// The desk of [`House::shop`] on a data folder, whose log other nodes may share.
    pub fn shop_node(folder: &Path, local: &str, options: Options) -> Self {
        let house = Self::serving("2026-11-20 09:00", async |clock| {
            App::open(folder, clock, options).await.unwrap()
        });
        house.found();
        house.set(local);
        house
    }

    /// The same as a node that serves pages and leaves solving to others.
    pub fn front(folder: &Path, local: &str) -> Self {
        let solving = Solving {
            takes: false,
            grace_seconds: 30,
        };
        let options = Options {
            solving,
            ..Options::default()
        };
        Self::shop_node(folder, local, options)
    }

    fn serving(local: &str, open: impl AsyncFnOnce(Arc<SimulatedClock>) -> App) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let clock = Arc::new(SimulatedClock::new(at(local)));
        let (app, address) = runtime.block_on(async {
            let app = open(clock.clone()).await;
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let served = paiban::http::serve(app.clone(), listener, std::future::pending());
            tokio::spawn(served);
            (app, address)
        });
        Self {
            app,
            clock,
            address,
            runtime,
            position: Arc::default(),
        }
    }

    /// A desk on the online shop's rules, opened on 2026-11-20, with shifts A 09:00–17:00 and B 13:00–21:00 (a meal of
    /// 35 minutes each), agents 1001–1006, lead L01, HR H01 and GM office G01. `local` is what the clock then shows.
    pub fn shop(local: &str) -> Self {
        let house = Self::empty("2026-11-20 09:00");
        house.found();
        house.set(local);
        house
    }

    fn found(&self) {
        let system = Caller::system();
        self.runtime.block_on(async {
            let open = serde_json::from_value(json!({
                "desk": DESK, "name": "网店客服部", "zone": "Asia/Shanghai", "opens": 540, "closes": 1440
            }));
            self.app.open_desk(&system, open.unwrap()).await.unwrap();
            let skills = json!({"skills": [{"id": "presale", "name": "售前"}]});
            let skills = serde_json::from_value(skills).unwrap();
            self.app.define_skills(&Caller::system(), &DESK.into(), skills).await.unwrap();
            for (staff, name, roles, leads, skills) in [
                ("H01", "何人事", json!(["hr"]), json!([]), json!([])),
                ("G01", "总经办", json!(["gm_office"]), json!([]), json!([])),
                ("L01", "李主管", json!(["lead"]), json!([DESK]), json!([])),
                ("1001", "安一", json!(["staff"]), json!([]), json!(["presale"])),
                ("1002", "白二", json!(["staff"]), json!([]), json!(["presale"])),
                ("1003", "陈三", json!(["staff"]), json!([]), json!(["presale"])),
                ("1004", "丁四", json!(["staff"]), json!([]), json!(["presale"])),
                ("1005", "吴五", json!(["staff"]), json!([]), json!(["presale"])),
                ("1006", "郑六", json!(["staff"]), json!([]), json!(["presale"])),
            ] {
                let hire = serde_json::from_value(json!({
                    "staff": staff, "name": name, "desk": DESK, "position": "客服", "roles": roles, "leads": leads,
                    "skills": skills, "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000,
                    "from": "2026-11-01"
                }));
                self.app.hire(&Caller::system(), hire.unwrap()).await.unwrap();
                self.give_account(staff);
            }
        });
        self.to("H01")
            .put(
                &format!("/desks/{DESK}/policy"),
                json!({"document": ONLINE_SHOP}),
            )
            .expect(204);
        let template = |code: &str, start: i32, meal: (i32, i32)| {
            json!({
                "code": code, "name": code, "colour": "#3366cc", "night": false, "duty": code == "B",
                "segments": [{"start": start, "end": start + 480}],
                "meals": [{"earliest_start": meal.0, "latest_start": meal.1, "minutes": 35}]
            })
        };
        self.to("L01")
            .put(
                &format!("/desks/{DESK}/shift-templates"),
                json!({
                    "effective_from": "2026-11-01",
                    "templates": [template("A", 540, (660, 780)), template("B", 780, (1020, 1140))]
                }),
            )
            .expect(204);
    }

    /// Gives somebody an account with the password `password of <staff>`. Slow on purpose, so most tests use sessions
    /// opened directly.
    fn give_account(&self, staff: &str) {
        // One hash for everybody would be enough for most tests; the login tests want it to be real.
        self.app
            .accounts()
            .set_password(&StaffId::new(staff), &password(staff))
            .unwrap();
    }

    /// Sets the clock.
    pub fn set(&self, local: &str) {
        self.clock.set(at(local));
    }

    /// Sets the clock and lets the days pass: every day that is over by then is closed.
    pub fn pass_until(&self, local: &str) {
        self.set(local);
        let app = self.app.clone();
        self.runtime.block_on(async move {
            let receipt = app.close_due_days(app.now()).await.unwrap();
            app.wait(&receipt).await.unwrap();
            app.catch_up().await.unwrap();
        });
    }

    /// Runs something of the service's own.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Somebody with a session of their own, as a client.
    pub fn to(&self, staff: &str) -> Person<'_> {
        Person {
            house: self,
            staff: staff.to_owned(),
        }
    }

    /// A client without a session.
    pub fn nobody(&self) -> Anybody<'_> {
        Anybody {
            house: self,
            headers: Vec::new(),
        }
    }

    /// Publishes December 2026 with these cells: `(staff, day of month, shift)`. Demand is one agent in the afternoon,
    /// so any cells do.
    pub fn publish(&self, cells: &[(&str, u32, &str)]) {
        let lead = self.to("L01");
        lead.put(
            &format!("/desks/{DESK}/demand/2026-12"),
            json!({
                "slot_minutes": 30, "source": "test",
                "days": [{"date": "2026-12-01", "skill": "presale", "start": 900, "minimum": [0], "target": [1]}]
            }),
        )
        .expect(204);
        lead.put_empty(&format!("/desks/{DESK}/rosters/2026-12"))
            .expect(204);
        let cells: Vec<Value> = cells
            .iter()
            .map(|(staff, day, shift)| {
                let date = NaiveDate::from_ymd_opt(2026, 12, *day).unwrap().to_string();
                let shift = if shift.is_empty() {
                    Value::Null
                } else {
                    json!(shift)
                };
                json!({"staff": staff, "date": date, "shift": shift})
            })
            .collect();
        lead.post(
            &format!("/desks/{DESK}/rosters/2026-12/edits"),
            json!({"cells": cells}),
        )
        .expect(200);
        lead.post(
            &format!("/desks/{DESK}/rosters/2026-12/publication"),
            json!({"acknowledge_shortfalls": true}),
        )
        .expect(204);
    }

    /// A page as somebody sees it.
    pub fn page(&self, staff: &str, path: &str) -> String {
        let reply = self.to(staff).get(&format!("root:{path}")).expect(200);
        String::from_utf8(reply.body).unwrap()
    }

    /// Sends a form as a browser does; the answer as it comes, whether a redirect or a page.
    pub fn send_form(&self, staff: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let (cookie, csrf) = self.to(staff).session();
        let encoded =
            |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let mut body = format!("csrf_token={csrf}");
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encoded(name), encoded(value)));
        }
        self.nobody()
            .with("cookie", &cookie)
            .with("accept-language", "en")
            .send("POST", &format!("root:{path}"), Some(FORM), body.as_bytes())
    }

    /// The same, followed to the page it leads to, with what is said there of what came of it.
    pub fn form(&self, staff: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let reply = self.send_form(staff, path, fields);
        let text = |reply: Reply| String::from_utf8(reply.body).unwrap();
        let (Some(to), Some(flash)) = (reply.header("location"), reply.header("set-cookie")) else {
            return text(reply);
        };
        let (cookie, _) = self.to(staff).session();
        let flash = flash.split(';').next().unwrap();
        let shown = self
            .nobody()
            .with("cookie", &format!("{cookie}; {flash}"))
            .with("accept-language", "en")
            .get(&format!("root:{to}"));
        text(shown.expect(200))
    }

    /// Punches at a moment.
    pub fn punch(&self, staff: &str, kind: &str, local: &str) {
        self.set(local);
        self.to(staff)
            .post("/punches", json!({"kind": kind}))
            .expect(201);
    }

    /// A worked shift: in and out on the minute.
    pub fn work(&self, staff: &str, from: &str, until: &str) {
        self.punch(staff, "in", from);
        self.punch(staff, "out", until);
    }

    /// The penalties of December 2026 against somebody, as `(rule, fen, day)`.
    pub fn penalties(&self, staff: &str) -> Vec<(String, i64, String)> {
        let rows = self
            .to(staff)
            .get(&format!("/staff/{staff}/sanctions?month=2026-12"))
            .expect(200)
            .json;
        let rows = rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["kind"] == "penalty");
        rows.map(|row| {
            (
                row["rule"].as_str().unwrap_or("-").to_owned(),
                row["amount"].as_i64().unwrap(),
                row["work_date"].as_str().unwrap_or("-").to_owned(),
            )
        })
        .collect()
    }

    /// The id of somebody's only December penalty by this rule.
    pub fn penalty_id(&self, staff: &str, rule: &str) -> String {
        let rows = self
            .to(staff)
            .get(&format!("/staff/{staff}/sanctions?month=2026-12"))
            .expect(200)
            .json;
        let of_rule: Vec<&Value> = rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["rule"] == rule)
            .collect();
        assert_eq!(of_rule.len(), 1, "{rows:#}");
        of_rule[0]["sanction"].as_str().unwrap().to_owned()
    }

    /// A person's day as reckoned.
    pub fn day(&self, staff: &str, date: &str) -> Value {
        self.to(staff)
            .get(&format!("/staff/{staff}/day-records/{date}"))
            .expect(200)
            .json
    }

    /// A machine's token.
    pub fn feed(&self, kind: &str) -> String {
        let answer = self
            .to("H01")
            .post(
                "/feeds",
                json!({"name": format!("{kind}-1"), "kind": kind, "desk": DESK}),
            )
            .expect(201);
        answer.json["token"].as_str().unwrap().to_owned()
    }
}

/// Somebody's password in the tests.
pub fn password(staff: &str) -> String {
    format!("password of {staff}")
}

/// The program, built once if need be: cargo builds it for its own package's tests only.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let mut build = Command::new(cargo);
        // What cargo says to a test would make build scripts that listen to it run again, and all that rests on them.
        let of_this_test = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if of_this_test.iter().any(|prefix| text.starts_with(prefix)) {
                build.env_remove(&name);
            }
        }
        let built = build
            .args(["build", "--quiet", "--workspace", "--bin", "paiban"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
            .status()
            .unwrap();
        assert!(built.success());
        // target/debug/deps/<test> → target/debug/paiban
        let here = std::env::current_exe().unwrap();
        here.parent().unwrap().parent().unwrap().join("paiban")
    })
}

/// How far an answer is followed.
const REDIRECTS: u32 = 10;
/// How a browser sends a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// A client that takes every status as an answer. A new one each time keeps no cookie and no connection.
pub fn agent() -> Agent {
    following(REDIRECTS)
}

fn following(redirects: u32) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(redirects)
        .build()
        .into()
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null when it is none.
    pub json: Value,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Reply {
    /// The answer, if its status is the one expected.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }
    /// The answer, if it is this problem.
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let reply = self.expect(status);
        assert_eq!(
            reply.json["type"],
            format!("/problems/{code}"),
            "{:#}",
            reply.json
        );
        assert_eq!(reply.headers["content-type"], "application/problem+json");
        reply
    }
    /// What the problem says.
    pub fn detail(&self) -> &str {
        self.json["detail"].as_str().unwrap_or_default()
    }
    /// The id of what was created.
    pub fn id(&self) -> String {
        self.json["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{:#}", self.json))
            .to_owned()
    }
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A person as a client. Each request has a fresh session, so that a clock that jumps days ends none.
pub struct Person<'h> {
    house: &'h House,
    staff: String,
}

impl<'h> Person<'h> {
    /// The cookie and token of a fresh session.
    pub fn session(&self) -> (String, String) {
        let now = paiban::clock::Clock::now(self.house.clock.as_ref());
        let token = self
            .house
            .app
            .accounts()
            .open_session(&StaffId::new(&self.staff), now)
            .unwrap();
        (format!("paiban_session={}", token.secret()), token.csrf())
    }
    fn client(&self) -> Anybody<'h> {
        let (cookie, csrf) = self.session();
        self.house
            .nobody()
            .with("cookie", &cookie)
            .with("x-csrf-token", &csrf)
    }
    /// With a header more.
    pub fn with(&self, name: &str, value: &str) -> Anybody<'h> {
        self.client().with(name, value)
    }
    /// GET, waiting for whatever was last changed.
    pub fn get(&self, path: &str) -> Reply {
        self.client().get(path)
    }
    /// POST of JSON.
    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.client().post(path, body)
    }
    /// POST without a body.
    pub fn post_empty(&self, path: &str) -> Reply {
        self.client().send("POST", path, None, b"")
    }
    /// PUT of JSON.
    pub fn put(&self, path: &str, body: Value) -> Reply {
        self.client().put(path, body)
    }
    /// PUT without a body.
    pub fn put_empty(&self, path: &str) -> Reply {
        self.client().send("PUT", path, None, b"")
    }
    /// DELETE.
    pub fn delete(&self, path: &str) -> Reply {
        self.client().send("DELETE", path, None, b"")
    }
}

/// A client with the headers given and no others.
pub struct Anybody<'h> {
    house: &'h House,
    headers: Vec<(String, String)>,
}

impl Anybody<'_> {
    /// With a header more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
    /// GET, waiting for whatever was last changed.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None, b"")
    }
    /// POST of JSON.
    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.send(
            "POST",
            path,
            Some("application/json"),
            body.to_string().as_bytes(),
        )
    }
    /// PUT of JSON.
    pub fn put(&self, path: &str, body: Value) -> Reply {
        self.send(
            "PUT",
            path,
            Some("application/json"),
            body.to_string().as_bytes(),
        )
    }
    /// Any request. A path that does not begin with a slash is taken from the root of the server.
    pub fn send(&self, method: &str, path: &str, kind: Option<&str>, body: &[u8]) -> Reply {
        let address = self.house.address;
        let url = match path.strip_prefix("root:") {
            Some(path) => format!("http://{address}{path}"),
            None => format!("http://{address}/api/v1{path}"),
        };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let named = |name: &str| self.headers.iter().any(|(header, _)| header == name);
        if !named("accept-language") {
            request = request.header("accept-language", "en");
        }
        let last = self.house.position.lock().unwrap().clone();
        if let Some(position) = last.filter(|_| method == "GET" && !named("paiban-position")) {
            request = request.header("paiban-position", position);
        }
        let request = request.body(body.to_vec()).unwrap();
        // Where a form leads is for the caller to follow: the answer carries what came of it.
        let redirects = if kind == Some(FORM) { 0 } else { REDIRECTS };
        let mut response = following(redirects).run(request).unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.body_mut().read_to_vec().unwrap();
        if method != "GET"
            && let Some(position) = headers.get("paiban-position")
        {
            *self.house.position.lock().unwrap() = Some(position.to_str().unwrap().to_owned());
        }
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Reply {
            status,
            headers,
            json,
            body,
        }
    }
}
