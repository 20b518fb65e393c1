//! Durable appends with postgres-es (cqrs-es): `bench-postgres-es CLIENTS APPENDS` prints events per second.
//! `DATABASE_URL` says where PostgreSQL is; its table of events is made anew.

use std::{env, error::Error, fmt, time::Instant};

use cqrs_es::{
    Aggregate, DomainEvent,
    event_sink::EventSink,
    persist::{PersistedEventRepository, SerializedEvent},
};
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::postgres::PgPoolOptions;

/// As the crate's own script makes it.
const TABLE: &str = "
    CREATE TABLE events (
        aggregate_type text NOT NULL,
        aggregate_id text NOT NULL,
        sequence bigint CHECK (sequence >= 0) NOT NULL,
        event_type text NOT NULL,
        event_version text NOT NULL,
        payload json NOT NULL,
        metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    )";

/// More connections than this are slower on a few cores.
const CONNECTIONS_MAX: u32 = 64;

#[derive(Default, Serialize, Deserialize)]
struct Attendance;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Punched;

#[derive(Debug)]
struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("never")
    }
}

impl Error for Never {}

impl DomainEvent for Punched {
    fn event_type(&self) -> String {
        "punched".into()
    }

    fn event_version(&self) -> String {
        "1".into()
    }
}

impl Aggregate for Attendance {
    const TYPE: &'static str = "attendance";
    type Command = ();
    type Event = Punched;
    type Error = Never;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), Never> {
        Ok(())
    }

    fn apply(&mut self, _: Punched) {}
}

fn event(client: usize, sequence: usize, number: usize) -> SerializedEvent {
    SerializedEvent::new(
        format!("attendance-s{client:04}-2026-12"),
        sequence,
        Attendance::TYPE.into(),
        "punched".into(),
        "1".into(),
        json!({
            "staff": format!("s-{number:06}"),
            "device": "terminal-1",
            "at": 1_790_000_000 + number,
            "note": "x".repeat(220),
        }),
        json!({ "actor": "terminal-1", "command_id": format!("{:032x}", number + 1) }),
    )
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = env::args().skip(1).map(|word| word.parse::<usize>());
    let usage = "usage: bench-postgres-es CLIENTS APPENDS";
    let (clients, appends) = (numbers.next().ok_or(usage)??, numbers.next().ok_or(usage)??);
    let connections = CONNECTIONS_MAX.min(clients as u32);
    let pool = PgPoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .connect(&env::var("DATABASE_URL")?)
        .await?;
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let (value,): (String,) = sqlx::query_as(&format!("SHOW {setting}"))
            .fetch_one(&pool)
            .await?;
        assert_eq!(value, "on", "{setting}: not durable");
    }
    sqlx::query("DROP TABLE IF EXISTS events")
        .execute(&pool)
        .await?;
    sqlx::query(TABLE).execute(&pool).await?;
    let work: Vec<(PostgresEventRepository, Vec<_>)> = (0..clients)
        .map(|client| {
            let event = |round| event(client, round + 1, round * clients + client);
            let events = (0..appends).map(event).collect();
            (PostgresEventRepository::new(pool.clone()), events)
        })
        .collect();
    let started = Instant::now();
    let at_work: Vec<_> = work
        .into_iter()
        .map(|(repository, events)| {
            tokio::spawn(async move {
                for event in events {
                    repository.persist::<Attendance>(&[event], None).await?;
                }
                Ok::<_, cqrs_es::persist::PersistenceError>(())
            })
        })
        .collect();
    for client in at_work {
        client.await??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM events")
        .fetch_one(&pool)
        .await?;
    assert_eq!(count as usize, clients * appends);
    println!("{:.0}", (clients * appends) as f64 / seconds);
    Ok(())
}
