//! Complaints (T11, T15), spot checks (D3) and excused absences from the messenger (T10): what people add to what the
//! feeds report.

use super::parts::{Choice, Chrome, DeskChoice, Moment, Person};
use super::words::Words;
use askama::Template;
use domain::ids::{ComplaintId, DeskId, StaffId};
use domain::work_date::{Month, WorkDate};

/// Complaints and evidence of a day.
#[derive(Template)]
#[template(path = "evidence.html")]
pub struct EvidencePage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Not used here.
    pub month_kept: Option<Month>,
    /// Which day.
    pub date: WorkDate,
    /// Open ones of any day, and those of this month.
    pub complaints: Vec<ComplaintLine>,
    /// What feeds and people reported that day.
    pub timeline: Vec<Moment>,
    /// People of the desk.
    pub people: Vec<Person>,
    /// Unanswered calls a complaint can be about.
    pub calls: Vec<Choice>,
    /// The complaint form as typed.
    pub complaint_form: ComplaintForm,
}

/// A complaint as a line.
pub struct ComplaintLine {
    /// Which.
    pub complaint: ComplaintId,
    /// The day of its stream.
    pub date: WorkDate,
    /// About what, and who complained.
    pub title: String,
    /// About whom, if known.
    pub staff: Option<StaffId>,
    /// What was said.
    pub text: String,
    /// When it happened.
    pub happened: String,
    /// What looking into it showed.
    pub finding: Option<String>,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn`, `bad` or nothing.
    pub class: &'static str,
}

/// The complaint form as typed.
#[derive(Default)]
pub struct ComplaintForm {
    /// The call it is about; empty: discourtesy.
    pub call: String,
    /// As chosen.
    pub staff: String,
    /// As chosen.
    pub complainant: String,
    /// As typed.
    pub happened: String,
    /// As typed.
    pub text: String,
}
