//! Breaches recorded by hand on the evidence page (D3, D6, D7): the form, the day's list, and taking one back.

use super::parts::Choice;
use super::visit::{Posted, encoded, fault};
use super::words::Words;
use crate::app::{App, AppError, RecordBreach};
use crate::http::extract::At;
use crate::http::problem::Failed;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::event::Stream;
use domain::ids::{BreachId, ComplaintId, RuleId, StaffId};
use domain::work_date::WorkDate;
use projections::{DeskRow, View, rule_words};
use serde::Deserialize;
use serde::de::value::{Error as WordError, StrDeserializer};

/// What the page shows of breaches.
pub struct Breaches {
    /// Rules that can be recorded by hand; empty: the desk's policy lists none.
    pub rules: Vec<Choice>,
    /// What a breach can rest on: spot checks of the day that found somebody off post, complaints of the month.
    pub grounds: Vec<Choice>,
    /// Recorded about the day.
    pub lines: Vec<BreachLine>,
}

/// A breach as a line.
pub struct BreachLine {
    /// Which.
    pub breach: BreachId,
    /// The rule and whose it is.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Why it was taken back, if it was.
    pub retracted: Option<String>,
}

/// Reads what the page shows.
pub fn of_day(
    view: &View<'_>,
    desk: &DeskRow,
    date: WorkDate,
    w: Words,
) -> projections::Result<Breaches> {
    let policy = view.policy_on(&desk.desk, date)?;
    let recordable = policy.map_or_else(Vec::new, |policy| policy.sanction.recordable);
    let rules = recordable.into_iter().map(|rule| Choice {
        value: rule.to_string(),
        label: rule_words(rule, w.lang),
        ..Choice::default()
    });
    let mut grounds = Vec::new();
    for told in view.audit(&Stream::Evidence(desk.desk.clone(), date))? {
        let text = |field: &str| told.data.get(field).and_then(|value| value.as_str());
        let off_post = told.data.get("on_post").and_then(|value| value.as_bool()) == Some(false);
        if let (true, Some(at)) = (off_post, text("at")) {
            grounds.push(Choice {
                value: format!("spot {at}"),
                label: match w.lang {
                    domain::refusal::Lang::Zh => told.words_zh.clone(),
                    domain::refusal::Lang::En => told.words_en.clone(),
                },
                ..Choice::default()
            });
        }
    }
    for row in view.complaints_of_desk(&desk.desk, date.month())? {
        grounds.push(Choice {
            value: format!("complaint {}", row.complaint),
            label: format!("{} {}", w.at(&desk.zone, &row.happened_at), row.text),
            ..Choice::default()
        });
    }
    let mut rows = view.breaches(&desk.desk, date.month())?;
    rows.retain(|row| row.work_date == date);
    let lines = rows.into_iter().map(|row| BreachLine {
        breach: row.breach,
        title: format!("{} · {}", row.name, rule_words(row.rule, w.lang)),
        text: row.subject,
        retracted: row.retracted,
    });
    Ok(Breaches {
        rules: rules.collect(),
        grounds,
        lines: lines.collect(),
    })
}

fn address(posted: &Posted) -> String {
    format!(
        "/evidence?desk={}&date={}",
        encoded(&posted.text("desk")),
        encoded(&posted.text("day"))
    )
}

/// `POST /breaches`.
pub async fn record(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        let grounds = posted.text("grounds");
        let named = grounds.split_once(' ').unwrap_or(("", ""));
        let unknown = || fault("grounds", "fault.unknown", |_| grounds.clone());
        let (mut spot_check_at, mut complaint) = (None, None);
        match named {
            ("spot", at) => {
                let at = DateTime::parse_from_rfc3339(at).map_err(|_| unknown())?;
                spot_check_at = Some(at.with_timezone(&Utc));
            }
            ("complaint", id) => complaint = Some(ComplaintId(id.parse().map_err(|_| unknown())?)),
            _ => {}
        }
        let rule = posted.text("rule");
        Ok::<_, AppError>(RecordBreach {
            rule: RuleId::deserialize(StrDeserializer::<WordError>::new(&rule))
                .map_err(|_| fault("rule", "fault.unknown", |_| rule.clone()))?,
            staff: StaffId::new(posted.words("staff", "col.person")?),
            work_date: posted.date("day")?,
            subject: posted.words("subject", "breach.subject")?,
            spot_check_at,
            complaint,
        })
    };
    let result = match read() {
        Ok(input) => {
            app.record_breach(&posted.caller(), &posted.desk(), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "breach.done")
        .await
}

/// `POST /breaches/{id}/retraction`.
pub async fn retract(
    State(app): State<App>,
    At(id): At<uuid::Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let result = match posted.reason() {
        Ok(input) => {
            app.retract_breach(&posted.caller(), BreachId(id), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "breach.retracted.done")
        .await
}
