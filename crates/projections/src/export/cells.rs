//! Texts and figures as cells.

use domain::quantities::{Fen, Minutes};

/// What makes a spreadsheet take a cell for a formula (or leave the cell), full-width forms included.
fn begins_formula(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
    )
}

fn separates(c: char) -> bool {
    matches!(
        c,
        ',' | ';' | '|' | '\t' | '\r' | '\n' | '\u{ff0c}' | '\u{ff1b}'
    )
}

/// A text that no spreadsheet reads as a formula: an apostrophe, plain to see, stands before every beginning that one
/// might, also where a list separator could split the cell.
pub fn guarded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut at_start = true;
    for c in text.chars() {
        if at_start && begins_formula(c) {
            out.push('\'');
            at_start = false;
        }
        out.push(c);
        if separates(c) {
            at_start = true;
        } else if !c.is_whitespace() {
            at_start = false;
        }
    }
    out
}

/// Whether [`guarded`] would change the text.
pub(super) fn needs_guard(text: &str) -> bool {
    guarded(text) != text
}

/// Hours with two decimals, rounded half up: `8.33` for 500 minutes.
pub(super) fn hours(minutes: Minutes) -> String {
    let hundredths = hundredths_of_hour(minutes);
    let sign = if hundredths < 0 { "-" } else { "" };
    let size = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

fn hundredths_of_hour(minutes: Minutes) -> i64 {
    let size = minutes.0.saturating_abs().saturating_mul(100);
    let rounded = size.saturating_add(30) / 60;
    if minutes.0 < 0 { -rounded } else { rounded }
}

/// One figure or text of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Count(i64),
    Hours(Minutes),
    Yuan(Fen),
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
    pub(super) fn count(count: impl Into<i64>) -> Self {
        Self::Count(count.into())
    }
    /// As it stands in a CSV file.
    pub(super) fn csv(&self) -> String {
        match self {
            Self::Text(text) => guarded(text),
            Self::Count(count) => count.to_string(),
            Self::Hours(minutes) => hours(*minutes),
            Self::Yuan(fen) => fen.to_string(),
        }
    }
    /// As a number, for a workbook. Two decimals fit a float's 15 digits far beyond any wage.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Text(_) => None,
            Self::Count(count) => Some(*count as f64),
            Self::Hours(minutes) => Some(hundredths_of_hour(*minutes) as f64 / 100.0),
            Self::Yuan(fen) => Some(fen.0 as f64 / 100.0),
        }
    }
}

/// UTF-8 with byte order mark, CRLF, every cell quoted, so that no locale's separator can split one.
pub(super) fn csv_file(header: &[String], rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let quoted: Vec<String> = cells
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
            .collect();
        out.push_str(&quoted.join(","));
        out.push_str("\r\n");
    };
    line(&mut header.iter().cloned());
    for row in rows {
        line(&mut row.iter().map(Cell::csv));
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_beginning_is_left_to_be_a_formula() {
        let cases = [
            ("王芳", "王芳"),
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-x", "'-x"),
            ("@sum", "'@sum"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("  =1", "  '=1"),
            ("a;=cmd|'/c calc'!A0", "a;'=cmd|'/c calc'!A0"),
            ("a, @x", "a, '@x"),
            ("a\n-2", "a\n'-2"),
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("甲\u{ff1b}＝1", "甲\u{ff1b}'＝1"),
            ("3-2=1", "3-2=1"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(guarded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn hours_are_rounded_half_up() {
        let cases = [
            (0, "0.00"),
            (60, "1.00"),
            (500, "8.33"),
            (50, "0.83"),
            (3, "0.05"),
            (-50, "-0.83"),
        ];
        for (minutes, expected) in cases {
            assert_eq!(hours(Minutes(minutes)), expected);
        }
    }

    #[test]
    fn a_csv_file_keeps_quotes_and_lines_inside_their_cell() {
        let file = csv_file(
            &["a".into(), "b".into()],
            &[vec![Cell::text("x\"y"), Cell::Yuan(Fen(-1000))]],
        );
        assert_eq!(
            String::from_utf8(file).unwrap(),
            "\u{feff}\"a\",\"b\"\r\n\"x\"\"y\",\"-10.00\"\r\n"
        );
    }
}
