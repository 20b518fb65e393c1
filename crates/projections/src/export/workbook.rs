//! What every workbook of ours has in common.

use super::cells::{Cell, needs_guard};
use crate::error::Result;
use domain::work_date::WorkDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

/// A workbook whose properties depend on nothing but what it shows.
pub(super) fn workbook(title: &str, date: WorkDate) -> Result<Workbook> {
    use chrono::Datelike;
    let year = u16::try_from(date.0.year()).unwrap_or(2000);
    let month = u8::try_from(date.0.month()).unwrap_or(1);
    let day = u8::try_from(date.0.day()).unwrap_or(1);
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(title)
            .set_author("Paiban")
            // The library's default is the wall clock.
            .set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?),
    );
    Ok(workbook)
}

/// Writes text as text. Where it would become a formula if somebody retyped it, the cell is marked as quoted.
pub(super) fn write_text(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &Format,
) -> Result<()> {
    if needs_guard(text) {
        let quoted = format.clone().set_quote_prefix();
        sheet.write_string_with_format(row, column, text, &quoted)?;
    } else {
        sheet.write_string_with_format(row, column, text, format)?;
    }
    Ok(())
}

/// Writes a cell: figures as numbers, text as text.
pub(super) fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    formats: &Formats,
) -> Result<()> {
    let format = match cell {
        Cell::Text(text) => return write_text(sheet, row, column, text, &formats.text),
        Cell::Count(_) => &formats.count,
        Cell::Hours(_) | Cell::Yuan(_) => &formats.decimal,
    };
    if let Some(number) = cell.number() {
        sheet.write_number_with_format(row, column, number, format)?;
    }
    Ok(())
}

/// The looks.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) header: Format,
    pub(super) text: Format,
    pub(super) count: Format,
    pub(super) decimal: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        use rust_xlsxwriter::{Color, FormatAlign, FormatBorder};
        let base = Format::new()
            .set_font_size(10)
            .set_border(FormatBorder::Thin);
        Self {
            title: Format::new()
                .set_bold()
                .set_font_size(16)
                .set_align(FormatAlign::Center),
            header: base
                .clone()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0xEE_EE_EE)),
            text: base.clone(),
            count: base.clone().set_num_format("0"),
            decimal: base.set_num_format("0.00"),
        }
    }
}

/// A sheet with a header row and rows under it, from row `top`.
pub(super) fn write_table(
    sheet: &mut Worksheet,
    top: u32,
    header: &[String],
    rows: &[Vec<Cell>],
    formats: &Formats,
) -> Result<()> {
    for (column, text) in (0u16..).zip(header) {
        write_text(sheet, top, column, text, &formats.header)?;
    }
    for (row, cells) in (top + 1..).zip(rows) {
        for (column, cell) in (0u16..).zip(cells) {
            write_cell(sheet, row, column, cell, formats)?;
        }
    }
    Ok(())
}
