//! The program in processes of its own, to be killed, and requests that do not give up.

use crate::{agent, program};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The program, serving; killed without warning when dropped.
#[derive(Debug)]
pub struct Served {
    process: Child,
    /// Where it listens.
    pub address: String,
}

impl Served {
    /// Starts it on a free port with what `arguments` adds, and waits until it listens.
    pub fn start(arguments: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(program());
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        arguments(&mut command);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("listening on ");
        let address = address.expect("the address").to_owned();
        Self { process, address }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // SIGKILL on Unix.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Posts under a key, again and again, to whom `target` names for each try, until it is acknowledged or all is over; the answer
/// and the log's position. A request that is refused fails the test.
pub fn until_acknowledged(
    target: impl Fn(usize) -> Option<String>,
    session: &(String, String),
    path: &str,
    key: &str,
    body: &Value,
    over: &AtomicBool,
) -> Option<(Value, String)> {
    let agent = agent();
    for attempt in 0.. {
        if over.load(Ordering::Relaxed) {
            return None;
        }
        let Some(address) = target(attempt) else {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        let answer = agent
            .post(format!("{address}/api/v1{path}"))
            .header("cookie", &session.0)
            .header("x-csrf-token", &session.1)
            .header("idempotency-key", key)
            .config()
            .timeout_global(Some(Duration::from_secs(10)))
            .build()
            .send_json(body);
        match answer {
            Ok(mut answer) if answer.status().is_success() => {
                let position = answer.headers()["paiban-position"].to_str().unwrap();
                let position = position.to_owned();
                // A connection cut in the middle of the answer is no acknowledgement.
                if let Ok(body) = answer.body_mut().read_json() {
                    return Some((body, position));
                }
            }
            Ok(answer) if answer.status().is_client_error() => {
                panic!("{path} refused: {}", answer.status())
            }
            Ok(_) | Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    None
}
