//! The attendance month for payroll (M8, T16): one line a person, every figure traceable to its days.

use super::cells::{Cell, csv_file};
use super::workbook::{Formats, workbook, write_table, write_text};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::query::{AdjustmentRow, ClosedPeriod, PersonMonth, SheetStatus, View};
use crate::states::ReopeningStatus;
use crate::words::{difference_words, leave_kind_words, provisional_words, rule_words};
use domain::day::{DayRecord, DayStatus, EdgeState};
use domain::event::LeaveKind;
use domain::ids::{DeskId, RuleId, StaffId};
use domain::policy::SanctionMode;
use domain::quantities::{Fen, Minutes};
use domain::refusal::Lang;
use domain::work_date::{Month, Zone};
use std::collections::{BTreeMap, BTreeSet};

const LEAVE_KINDS: [LeaveKind; 8] = [
    LeaveKind::Personal,
    LeaveKind::Sick,
    LeaveKind::Annual,
    LeaveKind::Compensatory,
    LeaveKind::Marriage,
    LeaveKind::Maternity,
    LeaveKind::Paternity,
    LeaveKind::Bereavement,
];

/// A month ready to be written: of a closed month the figures it was closed on, and nothing later.
struct Sheet {
    desk_name: String,
    zone: Zone,
    month: Month,
    people: Vec<PersonMonth>,
    notes: Vec<String>,
    position: u64,
    closed: Option<ClosedPeriod>,
    policies: String,
    /// The rows that a penalty of the desk can cite, or did.
    rules: BTreeSet<RuleId>,
    /// The rules count in points.
    in_points: bool,
    /// What each person has said of their sheet, as the cell says it.
    signatures: BTreeMap<StaffId, String>,
    /// 调整(上期), with what they rest on.
    adjustments: Vec<AdjustmentRow>,
    /// Earlier closings of the month, and how they were opened again.
    reopened: Vec<String>,
    /// The arrangement of the year is not announced.
    provisional: Option<String>,
    /// How overtime is counted, where not day by day.
    regime: Option<String>,
}

impl View<'_> {
    /// The attendance month as a workbook: the report, the days behind it, and where it comes from.
    pub fn attendance_xlsx(&self, desk: &DeskId, month: Month) -> Result<Vec<u8>> {
        let sheet = self.attendance_sheet(desk, month)?;
        let formats = Formats::new();
        let title = format!("{} {month} 考勤月报", sheet.desk_name);
        let mut book = workbook(&title, month.last())?;

        let report = book.add_worksheet().set_name("考勤月报")?;
        let header = sheet.header();
        let last_column = u16::try_from(header.len())
            .unwrap_or(u16::MAX)
            .saturating_sub(1);
        report.merge_range(0, 0, 0, last_column, "", &formats.title)?;
        write_text(report, 0, 0, &title, &formats.title)?;
        write_table(report, 1, &header, &sheet.rows(), &formats)?;
        report.set_row_height(1, 45)?;
        report.set_freeze_panes(2, 2)?;
        report
            .set_landscape()
            .set_paper_size(8)
            .set_print_fit_to_pages(1, 0);
        report.set_repeat_rows(0, 1)?;
        report.set_footer(format!("&L{}&R&P/&N", sheet.origin().replace('&', "&&")));

        let days = book.add_worksheet().set_name("每日明细")?;
        write_table(days, 0, &day_header(), &sheet.day_rows(), &formats)?;
        days.set_freeze_panes(1, 3)?;
        days.set_column_width(2, 11)?;

        if !sheet.adjustments.is_empty() {
            let adjusted = book.add_worksheet().set_name("上期调整")?;
            let header = ADJUSTED_HEADER.map(String::from);
            write_table(adjusted, 0, &header, &sheet.adjusted_rows(), &formats)?;
            adjusted.set_freeze_panes(1, 2)?;
            adjusted.set_column_width(4, 40)?;
            adjusted.set_column_width(7, 40)?;
        }

        let origin = book.add_worksheet().set_name("出处")?;
        let rows: Vec<Vec<Cell>> = sheet
            .origin_lines()
            .into_iter()
            .map(|(label, value)| vec![Cell::text(label), Cell::Text(value)])
            .collect();
        write_table(origin, 0, &["项目".into(), "内容".into()], &rows, &formats)?;
        origin.set_column_width(0, 16)?;
        origin.set_column_width(1, 80)?;
        Ok(book.save_to_buffer()?)
    }

    /// The attendance month as CSV: UTF-8 with byte order mark, CRLF.
    pub fn attendance_csv(&self, desk: &DeskId, month: Month) -> Result<Vec<u8>> {
        let sheet = self.attendance_sheet(desk, month)?;
        let mut header = sheet.header();
        header.extend(["规则版本", "日志位置", "封存"].map(String::from));
        let mut rows = sheet.rows();
        for row in &mut rows {
            row.push(Cell::text(sheet.policies.clone()));
            row.push(Cell::Text(sheet.position.to_string()));
            row.push(Cell::text(
                sheet
                    .closed
                    .as_ref()
                    .map(|closed| closed.seal.clone())
                    .unwrap_or_default(),
            ));
        }
        Ok(csv_file(&header, &rows))
    }

    fn attendance_sheet(&self, desk: &DeskId, month: Month) -> Result<Sheet> {
        // Of a closed month even the names are those it was closed with.
        let facts = match self.facts.closed_month(desk, month)? {
            Some(position) => Facts::as_of(self.connection, position),
            None => Facts::now(self.connection),
        };
        let row = facts
            .desk(desk)?
            .ok_or_else(|| Error::Missing(format!("desk {desk}")))?;
        let people = self.month_summary(desk, month)?;
        let mut closed = self.closed_period(desk, month)?;
        if let Some(closed) = &mut closed {
            let by = facts.staff(&closed.by)?;
            closed.by_name = by.map_or_else(|| closed.by.to_string(), |person| person.name);
        }
        // The closing's own position: as of it this very file can be made again.
        let position = match &closed {
            Some(closed) => closed.closed_position,
            None => self.position().map_or(0, |position| position.number()),
        };
        let policies: BTreeSet<&str> = people
            .iter()
            .flat_map(|person| person.policies.iter().map(|policy| policy.as_str()))
            .collect();
        let policies = policies.into_iter().collect::<Vec<_>>().join(" ");
        let adjustments = self.adjustments_as_of(&facts, desk, month)?;
        let years = facts.provisional_years(month.first(), month.last())?;
        let provisional = provisional_words(&years, Lang::Zh);
        let sheets = self.sheets_of(&facts, desk, month, &people)?;
        let signatures = sheets
            .into_iter()
            .map(|sheet| (sheet.staff.clone(), signature(&sheet, row.zone)))
            .collect();
        let reopened = self.reopened(&facts, desk, month, row.zone)?;
        let hours = people.iter().find_map(|person| person.summary.hours);
        let regime = hours.map(|hours| {
            format!(
                "综合计算工时制,周期 {} 至 {};工作日加班按周期结算,每日明细中的加班为当日实际",
                hours.first, hours.last
            )
        });
        let notes = people
            .iter()
            .map(|person| {
                let mut notes: Vec<String> = provisional.iter().cloned().collect();
                let sums = &person.summary;
                if sums.undecided_days > 0 {
                    notes.push(format!("待定{}天", sums.undecided_days));
                }
                if let Some(check) = sums.deduction_check.filter(|check| !check.lawful()) {
                    notes.push(format!(
                        "扣款{}元超过法定上限{}元",
                        check.deduction, check.deduction_max
                    ));
                }
                for adjustment in &adjustments {
                    if adjustment.staff == person.staff.staff {
                        let figures = adjustment.difference.as_ref();
                        let figures = figures.map(|figures| difference_words(figures, Lang::Zh));
                        let figures = figures.filter(|words| !words.is_empty());
                        let figures =
                            figures.map_or_else(String::new, |words| format!("({words})"));
                        notes.push(format!(
                            "{}调整{}元{figures}:{}",
                            adjustment.source_month, adjustment.amount, adjustment.reason
                        ));
                    }
                }
                notes.join(";")
            })
            .collect();
        let versions = || row.policy.iter().flat_map(|document| &document.versions);
        let mut rules: BTreeSet<RuleId> = versions()
            .flat_map(|policy| policy.sanction.cited_rules())
            .collect();
        rules.extend(
            people
                .iter()
                .flat_map(|person| person.summary.penalties.keys()),
        );
        let in_points = versions().any(|policy| policy.sanction.mode == SanctionMode::Points);
        Ok(Sheet {
            desk_name: row.name.clone(),
            zone: row.zone,
            month,
            people,
            notes,
            position,
            closed,
            policies,
            rules,
            in_points,
            signatures,
            adjustments,
            reopened,
            provisional,
            regime,
        })
    }

    /// Each closing that was opened again, with who asked, why, and who agreed.
    fn reopened(
        &self,
        facts: &Facts<'_>,
        desk: &DeskId,
        month: Month,
        zone: Zone,
    ) -> Result<Vec<String>> {
        let name = |staff: &StaffId| -> Result<String> {
            let person = facts.staff(staff)?;
            Ok(person.map_or_else(|| staff.to_string(), |person| person.name))
        };
        let closings = self.closings(desk, month)?;
        let agreed = facts.reopenings(desk, month)?;
        let agreed = agreed
            .into_iter()
            .filter(|row| row.status == ReopeningStatus::Agreed);
        let mut lines = Vec::new();
        for (closing, row) in closings.iter().zip(agreed) {
            let decided_by = row.decided_by.as_ref().map(&name).transpose()?;
            lines.push(format!(
                "{} 由{}申请({}),{}同意;原日志位置 {} 原封存 {}",
                zone.civil(row.decided_at.unwrap_or(row.at))
                    .format("%Y-%m-%d %H:%M"),
                name(&row.by)?,
                row.reason,
                decided_by.unwrap_or_default(),
                closing.closed_position,
                closing.seal
            ));
        }
        Ok(lines)
    }
}

/// What a person has said of their sheet, in the cell where it was signed on paper.
fn signature(sheet: &crate::query::Sheet, zone: Zone) -> String {
    let Some(said) = &sheet.said else {
        return String::new();
    };
    let at = zone.civil(said.at).format("%Y-%m-%d %H:%M");
    match (sheet.status, &said.disputed) {
        (_, Some(words)) => format!("有异议 {at}:{words}"),
        (SheetStatus::Outdated, None) => format!("{at} 确认后数字有变"),
        (_, None) => format!("已确认 {at}"),
    }
}

const ADJUSTED_HEADER: [&str; 10] = [
    "工号",
    "姓名",
    "来源月份",
    "金额(元)",
    "明细",
    "差异日期",
    "依据事件",
    "理由",
    "签字",
    "时间",
];

impl Sheet {
    fn header(&self) -> Vec<String> {
        let mut header: Vec<String> = [
            "工号",
            "姓名",
            "部门",
            "岗位",
            "应出勤天数",
            "实出勤天数",
            "休息天数",
            "工作时长(小时)",
            "迟到次数",
            "迟到时长(分钟)",
            "严重迟到次数",
            "早退次数",
            "早退时长(分钟)",
            "上班缺卡次数",
            "下班缺卡次数",
            "旷工天数",
            "补卡次数",
        ]
        .map(String::from)
        .to_vec();
        header
            .extend(LEAVE_KINDS.map(|kind| format!("{}(小时)", leave_kind_words(kind, Lang::Zh))));
        header.extend(
            [
                "工作日加班(小时)",
                "休息日加班(小时)",
                "法定节假日加班(小时)",
                "夜班次数",
                "用餐超时次数",
            ]
            .map(String::from),
        );
        let columns = self.rules.iter();
        header.extend(columns.map(|&rule| format!("扣款 {}(元)", rule_words(rule, Lang::Zh))));
        if self.in_points {
            header.push("积分(分)".to_owned());
        }
        header.extend(
            [
                "扣款合计(元)",
                "奖励(元)",
                "调整(上期)(元)",
                "备注",
                "确认签字",
            ]
            .map(String::from),
        );
        header
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.people
            .iter()
            .zip(&self.notes)
            .map(|(person, note)| self.row(person, note))
            .collect()
    }

    fn row(&self, person: &PersonMonth, note: &str) -> Vec<Cell> {
        let sums = &person.summary;
        let mut cells = vec![
            Cell::text(person.staff.staff.as_str()),
            Cell::text(person.staff.name.as_str()),
            Cell::text(self.desk_name.as_str()),
            Cell::text(person.staff.position.as_str()),
            Cell::count(sums.due_days),
            Cell::count(sums.attended_days),
            Cell::count(sums.rest_days),
            Cell::Hours(sums.worked_minutes),
            Cell::count(sums.late_count),
            Cell::Count(sums.late_minutes.0),
            Cell::count(sums.severe_late_count),
            Cell::count(sums.early_count),
            Cell::Count(sums.early_minutes.0),
            Cell::count(sums.missed_in_count),
            Cell::count(sums.missed_out_count),
            Cell::count(sums.absent_days),
            Cell::count(sums.correction_count),
        ];
        cells.extend(LEAVE_KINDS.map(|kind| {
            Cell::Hours(
                sums.leave_minutes
                    .get(&kind)
                    .copied()
                    .unwrap_or(Minutes::ZERO),
            )
        }));
        cells.extend([
            Cell::Hours(sums.overtime.workday),
            Cell::Hours(sums.overtime.rest_day),
            Cell::Hours(sums.overtime.statutory),
            Cell::count(sums.night_count),
            Cell::count(sums.meal_over_count),
        ]);
        cells.extend(
            self.rules
                .iter()
                .map(|rule| Cell::Yuan(sums.penalties.get(rule).copied().unwrap_or(Fen::ZERO))),
        );
        if self.in_points {
            cells.push(Cell::Count(person.points));
        }
        cells.extend([
            Cell::Yuan(sums.penalties.values().copied().sum()),
            Cell::Yuan(sums.rewards),
            Cell::Yuan(sums.adjustments),
            Cell::text(note),
            Cell::text(
                self.signatures
                    .get(&person.staff.staff)
                    .map_or("", String::as_str),
            ),
        ]);
        cells
    }

    fn adjusted_rows(&self) -> Vec<Vec<Cell>> {
        let join = |parts: Vec<String>| Cell::text(parts.join(" "));
        self.adjustments
            .iter()
            .map(|row| {
                let figures = row.difference.as_ref();
                let figures = figures.map(|figures| difference_words(figures, Lang::Zh));
                vec![
                    Cell::text(row.staff.as_str()),
                    Cell::text(row.name.as_str()),
                    Cell::text(row.source_month.to_string()),
                    Cell::Yuan(row.amount),
                    Cell::text(figures.unwrap_or_default()),
                    join(row.days.iter().map(ToString::to_string).collect()),
                    join(
                        row.evidence
                            .iter()
                            .map(|event| event.0.to_string())
                            .collect(),
                    ),
                    Cell::text(row.reason.as_str()),
                    Cell::text(row.by.as_str()),
                    Cell::text(self.zone.civil(row.at).format("%Y-%m-%d %H:%M").to_string()),
                ]
            })
            .collect()
    }

    fn day_rows(&self) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        for person in &self.people {
            for record in &person.records {
                rows.push(self.day_row(&person.staff.name, record));
            }
        }
        rows
    }

    fn day_row(&self, name: &str, record: &DayRecord) -> Vec<Cell> {
        let edges = |edge: fn(&domain::day::SegmentRecord) -> &EdgeState| {
            let texts: Vec<String> = record
                .segments
                .iter()
                .map(|segment| self.edge(edge(segment), record))
                .collect();
            Cell::text(texts.join(" "))
        };
        let overtime =
            record.overtime.workday + record.overtime.rest_day + record.overtime.statutory;
        vec![
            Cell::text(record.staff.as_str()),
            Cell::text(name),
            Cell::text(record.date.to_string()),
            Cell::text(
                record
                    .shift
                    .as_ref()
                    .map(|code| code.as_str())
                    .unwrap_or(""),
            ),
            Cell::text(status_words(record.status)),
            edges(|segment| &segment.arrival),
            edges(|segment| &segment.departure),
            Cell::Hours(record.worked_minutes),
            Cell::Count(record.late_minutes.0),
            Cell::Count(record.early_minutes.0),
            Cell::Count(record.absent_minutes.0),
            Cell::Hours(record.leave_minutes.values().copied().sum()),
            Cell::Hours(overtime),
            Cell::Count(record.meals.iter().map(|meal| meal.over_minutes.0).sum()),
            Cell::text(
                record
                    .roster
                    .as_ref()
                    .map(|roster| roster.revision.to_string())
                    .unwrap_or_default(),
            ),
            Cell::text(record.policy.as_str()),
            Cell::count(i64::try_from(record.evidence.len()).unwrap_or(i64::MAX)),
        ]
    }

    fn edge(&self, edge: &EdgeState, record: &DayRecord) -> String {
        match edge {
            EdgeState::Punched { at, .. } => self.zone.day_minute(*at, record.date).to_string(),
            EdgeState::Corrected { at, .. } => {
                format!("{}补", self.zone.day_minute(*at, record.date))
            }
            EdgeState::Pending => "待定".to_owned(),
            EdgeState::Missed { .. } => "缺卡".to_owned(),
            EdgeState::NotWanted => "–".to_owned(),
            EdgeState::Absent => "旷工".to_owned(),
        }
    }

    fn origin(&self) -> String {
        let seal = self
            .closed
            .as_ref()
            .map_or("未关账", |closed| closed.seal.as_str());
        format!(
            "日志位置 {} 规则 {} 封存 {seal}",
            self.position, self.policies
        )
    }

    fn origin_lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("部门", self.desk_name.clone()),
            ("月份", self.month.to_string()),
            ("日志位置", self.position.to_string()),
            ("规则版本", self.policies.clone()),
        ];
        match &self.closed {
            Some(closed) => lines.extend([
                ("状态", "已关账".to_owned()),
                ("数字截至日志位置", closed.position.to_string()),
                ("封存", closed.seal.clone()),
                ("关账人", closed.by_name.clone()),
                (
                    "关账时间",
                    self.zone
                        .civil(closed.at)
                        .format("%Y-%m-%d %H:%M:%S")
                        .to_string(),
                ),
            ]),
            None => lines.push(("状态", "未关账,数字仍会变化".to_owned())),
        }
        lines.extend(self.reopened.iter().map(|line| ("重开", line.clone())));
        lines.extend(self.provisional.iter().map(|line| ("节假日", line.clone())));
        lines.extend(self.regime.iter().map(|line| ("工时制", line.clone())));
        lines.extend([
            ("金额", "扣款与奖励只列经总经办批准者(T16)".to_owned()),
            ("小时", "由整数分钟换算,四舍五入到两位小数".to_owned()),
        ]);
        lines
    }
}

fn day_header() -> Vec<String> {
    [
        "工号",
        "姓名",
        "日期",
        "班次",
        "状态",
        "上班",
        "下班",
        "工作时长(小时)",
        "迟到(分钟)",
        "早退(分钟)",
        "旷工(分钟)",
        "请假(小时)",
        "加班(小时)",
        "用餐超时(分钟)",
        "班表版本",
        "规则版本",
        "依据事件数",
    ]
    .map(String::from)
    .to_vec()
}

fn status_words(status: DayStatus) -> &'static str {
    match status {
        DayStatus::Unrostered => "未排班",
        DayStatus::DayOff => "休息",
        DayStatus::Open => "未结",
        DayStatus::OnLeave => "请假",
        DayStatus::Worked => "出勤",
        DayStatus::AbsencePending => "缺勤待定",
        DayStatus::Absent => "旷工",
    }
}
