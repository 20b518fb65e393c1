//! What of a month's wage is earned by somebody who was there for part of it.

use crate::event::DayKind;
use crate::hours::is_workday;
use crate::policy::{LawPolicy, WageShare};
use crate::quantities::Fen;
use crate::work_date::{Month, WorkDate};

/// The wage of `month` earned by somebody employed `from` to `until`: all of it for the whole month, else the share that
/// the policy names, rounded down to the fen and never more than the month's wage.
pub fn earned(
    month_wage: Fen,
    month: Month,
    (from, until): (WorkDate, Option<WorkDate>),
    kind: impl Fn(WorkDate) -> Option<DayKind>,
    law: &LawPolicy,
) -> Fen {
    let there = |date: &WorkDate| from <= *date && until.is_none_or(|last| *date <= last);
    let days = month.days().count();
    let present: Vec<WorkDate> = month.days().filter(there).collect();
    if present.len() == days {
        return month_wage;
    }
    let (part, whole) = match law.wage_share {
        WageShare::CalendarDays => (present.len(), days),
        WageShare::PaidDays => {
            // Working days, and the statutory holidays that fall on one, are paid.
            let paid = present.iter().filter(|&&date| match kind(date) {
                Some(DayKind::Statutory) => !date.is_weekend(),
                kind => is_workday(date, kind),
            });
            (paid.count() * 100, usize::from(law.paid_days_hundredths))
        }
    };
    let (part, whole) = (part as i128, (whole as i128).max(1));
    let share = i128::from(month_wage.0) * part / whole;
    Fen(i64::try_from(share).unwrap_or(i64::MAX)).min(month_wage)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::policy::PolicyDocument;
    use crate::policy::document::ONLINE_SHOP;

    fn law(share: WageShare) -> LawPolicy {
        let document = PolicyDocument::parse(ONLINE_SHOP).unwrap();
        let mut law = document.versions.first().unwrap().law.clone();
        law.wage_share = share;
        law
    }

    fn december(share: WageShare, from: &str, until: Option<&str>) -> Fen {
        let span = (
            from.parse().unwrap(),
            until.map(|last| last.parse().unwrap()),
        );
        let month = "2026-12".parse().unwrap();
        earned(Fen(600_000), month, span, |_| None, &law(share))
    }

    #[test]
    fn a_whole_month_earns_the_whole_wage() {
        assert_eq!(
            december(WageShare::PaidDays, "2026-12-01", None),
            Fen(600_000)
        );
        let leaver = december(WageShare::CalendarDays, "2020-01-01", Some("2026-12-31"));
        assert_eq!(leaver, Fen(600_000));
    }

    #[test]
    fn a_part_earns_its_paid_days_of_21_75_or_its_calendar_days() {
        // From Wednesday the 16th: 12 weekdays of 16 days.
        assert_eq!(
            december(WageShare::PaidDays, "2026-12-16", None),
            Fen(600_000 * 1200 / 2175)
        );
        assert_eq!(
            december(WageShare::CalendarDays, "2026-12-16", None),
            Fen(600_000 * 16 / 31)
        );
        // 22 weekdays are more than 21.75: never more than the wage.
        assert_eq!(
            december(WageShare::PaidDays, "2020-01-01", Some("2026-12-30")),
            Fen(600_000)
        );
        assert_eq!(december(WageShare::PaidDays, "2027-01-01", None), Fen(0));
    }
}
