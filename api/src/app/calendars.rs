//! The house's holiday arrangements: those that come with the program, and later ones read from files.

use crate::app::{AdoptCalendar, App, AppError, Caller, Fault, ImportCalendar, Receipt};
use domain::org::calendar_file::{Beside, CalendarFault, read};
use domain::org::{CalendarFile, shipped};
use serde::Serialize;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarImport {
    /// The year as read; none when something is wrong with the file.
    pub calendar: Option<CalendarFile>,
    /// What is wrong, by line and field.
    pub faults: Vec<CalendarFault>,
    /// Whether it was adopted.
    pub adopted: bool,
}

impl App {
    /// Reads a year's arrangement from a file, and adopts it if asked to and nothing is wrong with it.
    pub async fn import_calendar(
        &self,
        caller: &Caller,
        input: ImportCalendar,
    ) -> Result<Receipt<CalendarImport>, AppError> {
        let beside = Beside {
            year: input.year,
            source: input.source,
            provisional: input.provisional,
        };
        let file = match read(input.format, &input.text, &beside) {
            Ok(file) => file,
            Err(faults) => {
                return Ok(Receipt::nothing().of(CalendarImport {
                    calendar: None,
                    faults,
                    adopted: false,
                }));
            }
        };
        let receipt = if input.commit {
            self.adopt_file(caller, file.clone()).await?
        } else {
            Receipt::nothing()
        };
        Ok(receipt.of(CalendarImport {
            calendar: Some(file),
            faults: Vec::new(),
            adopted: input.commit,
        }))
    }

    /// Adopts a year's arrangement as it comes with the program.
    pub async fn adopt_shipped_calendar(
        &self,
        caller: &Caller,
        year: i32,
    ) -> Result<Receipt, AppError> {
        let file = shipped(year).ok_or_else(|| {
            AppError::Invalid(vec![Fault::of(
                "year",
                format!("程序不带 {year} 年的节假日安排"),
                format!("no arrangement of {year} comes with the program"),
            )])
        })?;
        self.adopt_file(caller, file).await
    }

    async fn adopt_file(&self, caller: &Caller, file: CalendarFile) -> Result<Receipt, AppError> {
        let input = AdoptCalendar {
            provisional: file.provisional,
            source: file.source,
            days: file.days,
        };
        self.adopt_calendar(caller, file.year, input).await
    }
}
