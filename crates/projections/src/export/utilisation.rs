//! The use of people's time (M7) as CSV: by person, and by slot. Minutes are minutes.

use super::cells::{Cell, csv_file};
use crate::error::{Error, Result};
use crate::query::View;
use crate::words::category_words;
use chrono::{DateTime, Utc};
use domain::ids::DeskId;
use domain::refusal::Lang;
use domain::work_date::WorkDate;

const PEOPLE: [&str; 10] = [
    "工号",
    "姓名",
    "岗位",
    "类别",
    "排班分钟",
    "工作分钟",
    "在岗分钟",
    "空闲分钟",
    "加班分钟",
    "利用率‰",
];

const SLOTS: [&str; 9] = [
    "日期",
    "开始",
    "结束",
    "最低人数",
    "目标人数",
    "排班人分钟",
    "在岗人分钟",
    "空闲人分钟",
    "缺口人分钟",
];

impl View<'_> {
    /// By person, as CSV.
    pub fn utilisation_people_csv(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>> {
        let report = self.utilisation(desk, first, last, now)?;
        let report = report.ok_or(Error::Missing(desk.to_string()))?;
        let rows: Vec<Vec<Cell>> = report
            .people
            .iter()
            .map(|row| {
                let sums = &row.sums;
                vec![
                    Cell::text(sums.staff.as_str()),
                    Cell::text(row.name.as_str()),
                    Cell::text(row.position.as_str()),
                    Cell::text(category_words(row.category, Lang::Zh)),
                    Cell::count(sums.rostered_minutes.0),
                    Cell::count(sums.worked_minutes.0),
                    Cell::count(sums.on_post_minutes.0),
                    Cell::count(sums.idle_minutes.0),
                    Cell::count(sums.overtime_minutes.0),
                    sums.use_permille.map_or(Cell::text(""), Cell::count),
                ]
            })
            .collect();
        Ok(csv_file(&PEOPLE.map(String::from), &rows))
    }

    /// By slot, as CSV.
    pub fn utilisation_slots_csv(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>> {
        let report = self.utilisation(desk, first, last, now)?;
        let report = report.ok_or(Error::Missing(desk.to_string()))?;
        let rows: Vec<Vec<Cell>> = report
            .slots
            .iter()
            .map(|slot| {
                vec![
                    Cell::text(slot.date.to_string()),
                    Cell::text(slot.start.to_string()),
                    Cell::text(slot.end.to_string()),
                    Cell::count(slot.minimum),
                    Cell::count(slot.target),
                    Cell::count(slot.rostered_minutes.0),
                    Cell::count(slot.on_post_minutes.0),
                    Cell::count(slot.idle_minutes.0),
                    Cell::count(slot.short_minutes.0),
                ]
            })
            .collect();
        Ok(csv_file(&SLOTS.map(String::from), &rows))
    }
}
