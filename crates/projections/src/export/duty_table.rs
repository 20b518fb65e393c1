//! The duty table (排班表) as a workbook for print and wall.

use super::workbook::{workbook, write_text};
use crate::error::{Error, Result};
use crate::query::{DutyCell, DutyTable, RosterAt, View};
use crate::words::{leave_kind_words, provisional_words};
use chrono::Datelike;
use domain::ids::DeskId;
use domain::refusal::Lang;
use domain::shift::ShiftTemplate;
use domain::work_date::WorkDate;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet};

/// Days from which an A4 page is too narrow.
const A3_DAYS_MIN: usize = 15;
const PAPER_A3: u8 = 8;
const PAPER_A4: u8 = 9;

const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// Rows above the first person.
const ROWS_ABOVE: u32 = 4;
/// Columns before the first day: 工号 姓名 部门.
const COLUMNS_BEFORE: u16 = 3;

impl View<'_> {
    /// The duty table from `first` to `last` as a workbook.
    pub fn duty_table_xlsx(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
        at: RosterAt,
    ) -> Result<Vec<u8>> {
        let table = self.duty_table(desk, first, last, at)?.ok_or_else(|| {
            Error::Missing(format!("the roster of {desk} from {first} to {last}"))
        })?;
        write(&table)
    }
}

struct Looks {
    title: Format,
    note: Format,
    header: Format,
    weekend: Format,
    cell: Format,
    total: Format,
}

impl Looks {
    fn new() -> Self {
        let base = Format::new()
            .set_font_size(10)
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter);
        Self {
            title: Format::new()
                .set_bold()
                .set_font_size(18)
                .set_align(FormatAlign::Center),
            note: Format::new().set_font_size(9),
            header: base
                .clone()
                .set_bold()
                .set_background_color(Color::RGB(0xEE_EE_EE)),
            weekend: base
                .clone()
                .set_bold()
                .set_background_color(Color::RGB(0xFB_E3_D6)),
            total: base.clone().set_bold(),
            cell: base,
        }
    }
    fn of(&self, template: Option<&ShiftTemplate>) -> Format {
        let Some(colour) = template.and_then(|template| rgb(&template.colour)) else {
            return self.cell.clone();
        };
        let font = if is_dark(colour) {
            0xFF_FF_FF
        } else {
            0x00_00_00
        };
        self.cell
            .clone()
            .set_background_color(Color::RGB(colour))
            .set_font_color(Color::RGB(font))
    }
}

fn rgb(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    u32::from_str_radix(digits, 16).ok()
}

/// Perceived lightness under half.
fn is_dark(rgb: u32) -> bool {
    let (r, g, b) = (rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
    r * 299 + g * 587 + b * 114 < 128_000
}

fn write(table: &DutyTable) -> Result<Vec<u8>> {
    let looks = Looks::new();
    let title = format!("{}排班表", table.desk_name);
    let mut book = workbook(&title, table.first)?;
    let sheet = book.add_worksheet().set_name("排班表")?;
    let days = u16::try_from(table.days.len()).unwrap_or(u16::MAX);
    let codes: Vec<&str> = table.head_counts.keys().map(|code| code.as_str()).collect();
    let totals_at = COLUMNS_BEFORE + days;
    let last_column = totals_at + 2 + u16::try_from(codes.len()).unwrap_or(0);

    sheet.merge_range(0, 0, 0, last_column, "", &looks.title)?;
    write_text(sheet, 0, 0, &title, &looks.title)?;
    let revisions: Vec<String> = table
        .revisions
        .iter()
        .map(|revision| format!("第{}版", revision.revision))
        .collect();
    let revision = if revisions.is_empty() {
        "草稿".to_owned()
    } else {
        revisions.join("、")
    };
    let provisional = provisional_words(&table.provisional_years, Lang::Zh);
    let provisional = provisional.map_or_else(String::new, |words| format!("  {words}"));
    let period = format!("{} 至 {}  {revision}{provisional}", table.first, table.last);
    sheet.merge_range(1, 0, 1, last_column, "", &looks.note)?;
    write_text(sheet, 1, 0, &period, &looks.note)?;

    header(sheet, table, &codes, totals_at, &looks)?;
    let mut row = ROWS_ABOVE;
    for line in &table.lines {
        write_text(sheet, row, 0, line.staff.staff.as_str(), &looks.cell)?;
        write_text(sheet, row, 1, &line.staff.name, &looks.cell)?;
        write_text(sheet, row, 2, &table.desk_name, &looks.cell)?;
        for (column, cell) in (COLUMNS_BEFORE..).zip(&line.cells) {
            day_cell(sheet, row, column, cell.as_ref(), table, &looks)?;
        }
        number(
            sheet,
            row,
            totals_at,
            i64::from(line.shift_days),
            &looks.total,
        )?;
        number(
            sheet,
            row,
            totals_at + 1,
            i64::from(line.rest_days),
            &looks.total,
        )?;
        let hours = super::cells::Cell::Hours(line.minutes)
            .number()
            .unwrap_or_default();
        let decimal = looks.total.clone().set_num_format("0.00");
        sheet.write_number_with_format(row, totals_at + 2, hours, &decimal)?;
        for (column, code) in (totals_at + 3..).zip(table.head_counts.keys()) {
            let count = line.counts.get(code).copied().unwrap_or(0);
            number(sheet, row, column, i64::from(count), &looks.total)?;
        }
        row += 1;
    }
    for (code, counts) in &table.head_counts {
        let template = table
            .templates
            .iter()
            .find(|template| template.code == *code);
        let label = format!("{}班人数", code.as_str());
        sheet.merge_range(row, 0, row, COLUMNS_BEFORE - 1, "", &looks.of(template))?;
        write_text(sheet, row, 0, &label, &looks.of(template))?;
        for (column, count) in (COLUMNS_BEFORE..).zip(counts) {
            number(sheet, row, column, i64::from(*count), &looks.cell)?;
        }
        row += 1;
    }
    sheet.merge_range(row, 0, row, COLUMNS_BEFORE - 1, "", &looks.header)?;
    write_text(sheet, row, 0, "当日在岗", &looks.header)?;
    for (column, count) in (COLUMNS_BEFORE..).zip(&table.at_work) {
        number(sheet, row, column, i64::from(*count), &looks.total)?;
    }
    row += 2;
    for template in &table.templates {
        let times: Vec<String> = template
            .segments
            .iter()
            .map(|segment| format!("{}-{}", segment.start, segment.end))
            .collect();
        write_text(
            sheet,
            row,
            0,
            template.code.as_str(),
            &looks.of(Some(template)),
        )?;
        let words = format!("{} {}", template.name, times.join(" "));
        write_text(sheet, row, 1, &words, &looks.note)?;
        row += 1;
    }

    sheet.set_column_width(0, 8)?;
    sheet.set_column_width(1, 9)?;
    sheet.set_column_width(2, 13)?;
    for column in COLUMNS_BEFORE..totals_at {
        sheet.set_column_width(column, 4.3)?;
    }
    for column in totals_at..=last_column {
        sheet.set_column_width(column, 6)?;
    }
    sheet.set_freeze_panes(ROWS_ABOVE, COLUMNS_BEFORE)?;
    let paper = if table.days.len() >= A3_DAYS_MIN {
        PAPER_A3
    } else {
        PAPER_A4
    };
    sheet
        .set_landscape()
        .set_paper_size(paper)
        .set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.5, 0.3, 0.3);
    sheet.set_repeat_rows(0, ROWS_ABOVE - 1)?;
    sheet.set_print_center_horizontally(true);
    sheet.set_footer("&R&P/&N");
    Ok(book.save_to_buffer()?)
}

fn header(
    sheet: &mut Worksheet,
    table: &DutyTable,
    codes: &[&str],
    totals_at: u16,
    looks: &Looks,
) -> Result<()> {
    let (top, under) = (ROWS_ABOVE - 2, ROWS_ABOVE - 1);
    let tall = |sheet: &mut Worksheet, column: u16, text: &str| -> Result<()> {
        sheet.merge_range(top, column, under, column, "", &looks.header)?;
        write_text(sheet, top, column, text, &looks.header)
    };
    for (column, text) in (0..).zip(["工号", "姓名", "部门"]) {
        tall(sheet, column, text)?;
    }
    for (column, day) in (COLUMNS_BEFORE..).zip(&table.days) {
        let free = day.date.is_weekend() || day.day_kind.is_some();
        let look = if free { &looks.weekend } else { &looks.header };
        number(sheet, top, column, i64::from(day.date.0.day()), look)?;
        let weekday = usize::try_from(day.date.weekday_from_monday()).unwrap_or(0);
        write_text(
            sheet,
            under,
            column,
            WEEKDAYS.get(weekday).copied().unwrap_or(""),
            look,
        )?;
    }
    let totals = ["出勤天数", "休息天数", "工时(小时)"]
        .into_iter()
        .map(str::to_owned);
    for (column, text) in
        (totals_at..).zip(totals.chain(codes.iter().map(|code| format!("{code}班"))))
    {
        tall(sheet, column, &text)?;
    }
    Ok(())
}

fn day_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: Option<&DutyCell>,
    table: &DutyTable,
    looks: &Looks,
) -> Result<()> {
    let Some(cell) = cell else {
        return write_text(sheet, row, column, "", &looks.cell);
    };
    if let Some(kind) = cell.leave {
        return write_text(
            sheet,
            row,
            column,
            leave_kind_words(kind, Lang::Zh),
            &looks.cell,
        );
    }
    match &cell.shift {
        Some(shift) => {
            let template = table
                .templates
                .iter()
                .find(|template| template.code == shift.code);
            write_text(sheet, row, column, shift.code.as_str(), &looks.of(template))
        }
        None => write_text(sheet, row, column, "休", &looks.cell),
    }
}

/// Counts are far below a float's limit.
#[allow(clippy::cast_precision_loss)]
fn number(sheet: &mut Worksheet, row: u32, column: u16, value: i64, format: &Format) -> Result<()> {
    sheet.write_number_with_format(row, column, value as f64, format)?;
    Ok(())
}
