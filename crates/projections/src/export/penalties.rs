//! Penalties and rewards of a month with everything they rest on, as CSV.

use super::cells::{Cell, csv_file, guarded};
use crate::error::Result;
use crate::query::{PenaltyRow, SanctionKind, View};
use crate::states::SanctionStatus;
use crate::words::rule_words;
use domain::ids::DeskId;
use domain::policy::SanctionMode;
use domain::quantities::Fen;
use domain::refusal::Lang;
use domain::work_date::Month;

const HEADER: [&str; 16] = [
    "编号",
    "类别",
    "工号",
    "姓名",
    "日期",
    "规则",
    "事由",
    "数量",
    "建议金额",
    "核定金额",
    "计入工资",
    "状态",
    "经办",
    "证据",
    "班表版本",
    "规则版本",
];

impl View<'_> {
    /// A month's penalties and rewards as CSV, as they stand at the snapshot's position.
    pub fn penalties_csv(&self, desk: &DeskId, month: Month) -> Result<Vec<u8>> {
        let mut header = HEADER.map(String::from).to_vec();
        header.push("日志位置".to_owned());
        let position = self.position().map_or(0, |position| position.number());
        let mut rows = Vec::new();
        for row in self.penalties(desk, month)? {
            rows.push(self.penalty_cells(&row, position)?);
        }
        Ok(csv_file(&header, &rows))
    }

    fn penalty_cells(&self, row: &PenaltyRow, position: u64) -> Result<Vec<Cell>> {
        let amount = |amount: Option<Fen>| match (amount, row.mode) {
            (None, _) => Cell::text(""),
            (Some(points), SanctionMode::Points) => Cell::Text(format!("{}分", points.0)),
            (Some(fen), _) => Cell::Yuan(fen),
        };
        let steps = row.steps.iter().map(|step| {
            let amount = step
                .amount
                .map(|amount| match row.mode {
                    SanctionMode::Points => format!(" {}分", amount.0),
                    SanctionMode::Money | SanctionMode::Off => format!(" {amount}"),
                })
                .unwrap_or_default();
            format!(
                "{} {}{amount}:{}",
                status_words(step.status),
                step.by_name,
                step.note
            )
        });
        let evidence = self.evidence(&row.evidence)?;
        let evidence = evidence
            .iter()
            .map(|event| format!("{} [{}]", event.words_zh, event.event));
        Ok(vec![
            Cell::text(row.sanction.as_str()),
            Cell::text(match row.kind {
                SanctionKind::Penalty => "惩",
                SanctionKind::Reward => "奖",
            }),
            Cell::text(row.staff.as_str()),
            Cell::text(row.name.as_str()),
            Cell::text(
                row.work_date
                    .map(|date| date.to_string())
                    .unwrap_or_default(),
            ),
            Cell::text(
                row.rule
                    .map(|rule| rule_words(rule, Lang::Zh))
                    .unwrap_or_default(),
            ),
            Cell::text(row.subject_zh.as_str()),
            Cell::Count(row.quantity),
            amount(row.proposed_amount),
            amount(Some(row.amount)),
            Cell::text(if row.reaches_payroll { "是" } else { "否" }),
            Cell::text(status_words(row.status)),
            Cell::text(joined(steps)),
            Cell::text(joined(evidence)),
            Cell::text(
                row.roster
                    .as_ref()
                    .map(|roster| roster.revision.to_string())
                    .unwrap_or_default(),
            ),
            Cell::text(
                row.policy
                    .as_ref()
                    .map(|policy| policy.as_str())
                    .unwrap_or(""),
            ),
            Cell::Text(position.to_string()),
        ])
    }
}

/// A list in one cell; each item is guarded, for the cell may be split again.
fn joined(items: impl Iterator<Item = String>) -> String {
    items
        .map(|item| guarded(&item))
        .collect::<Vec<_>>()
        .join("; ")
}

fn status_words(status: SanctionStatus) -> &'static str {
    match status {
        SanctionStatus::Proposed => "建议",
        SanctionStatus::Verified => "已核实",
        SanctionStatus::Balanced => "已平衡",
        SanctionStatus::Approved => "已批准",
        SanctionStatus::Waived => "已免除",
        SanctionStatus::Appealed => "申诉中",
        SanctionStatus::Overturned => "申诉成立",
        SanctionStatus::Withdrawn => "事实变更,自动撤销",
    }
}
