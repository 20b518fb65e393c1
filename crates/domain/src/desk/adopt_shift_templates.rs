//! Adopt the shift templates that rosters are made of (P2).

use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::{DeskState, inside_one_segment, sound_segments};
use crate::event::{DeskEvent, ShiftTemplatesAdopted};
use crate::ids::DeskId;
use crate::quantities::Minutes;
use crate::refusal::{Action, Fault, Refusal};
use crate::shift::{MealWindow, ShiftTemplate};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;
use std::collections::BTreeSet;

/// Short breaks of a shift.
const BREAKS_MAX: usize = 4;

/// Adopt shift templates, all of them.
#[derive(Clone, Debug)]
pub struct AdoptShiftTemplates {
    /// Whose.
    pub desk: DeskId,
    /// For rosters from this day.
    pub effective_from: WorkDate,
    /// In display order.
    pub templates: Vec<ShiftTemplate>,
}

/// The lead or HR adopts templates whose segments and meals fit together; the refusal names the field.
pub fn decide(
    state: &DeskState,
    command: &AdoptShiftTemplates,
    issued: &Issued,
) -> Decision<DeskEvent> {
    state.known(&command.desk)?;
    permit(
        issued,
        &[Role::Lead, Role::Hr],
        &command.desk,
        Action::ConfigureDesk,
    )?;
    ensure(!command.templates.is_empty(), "templates", Fault::Blank)?;
    let mut codes = BTreeSet::new();
    for (i, template) in command.templates.iter().enumerate() {
        let at = format!("templates[{i}].");
        ensure(
            codes.insert(&template.code),
            format!("{at}code"),
            Fault::Duplicate,
        )?;
        sound_template(&at, template)?;
    }
    Ok(vec![
        ShiftTemplatesAdopted {
            effective_from: command.effective_from,
            templates: command.templates.clone(),
        }
        .into(),
    ])
}

fn sound_template(at: &str, template: &ShiftTemplate) -> Result<(), Refusal> {
    worded(&format!("{at}code"), template.code.as_str())?;
    worded(&format!("{at}name"), &template.name)?;
    ensure(
        is_colour(&template.colour),
        format!("{at}colour"),
        Fault::NotAColour,
    )?;
    sound_segments(at, &template.segments)?;
    ensure(
        template.breaks.len() <= BREAKS_MAX,
        format!("{at}breaks"),
        Fault::TooLong,
    )?;
    let windows = |list: &str, windows: &[MealWindow]| -> Vec<(String, MealWindow)> {
        let named = windows.iter().enumerate();
        named
            .map(|(i, window)| (format!("{at}{list}[{i}]"), *window))
            .collect()
    };
    let meals = windows("meals", &template.meals);
    for (path, meal) in meals.into_iter().chain(windows("breaks", &template.breaks)) {
        let field = |name: &str| format!("{path}.{name}");
        let (earliest, latest) = (meal.earliest_start, meal.latest_start);
        ensure(
            meal.minutes > Minutes::ZERO,
            field("minutes"),
            Fault::NotPositive,
        )?;
        ensure(
            earliest <= latest,
            field("latest_start"),
            Fault::EndsBeforeStart,
        )?;
        ensure(
            inside_one_segment(&template.segments, earliest, latest, meal.minutes.0),
            field("latest_start"),
            Fault::OutsideSegment,
        )?;
    }
    for (i, pair) in template.meals.windows(2).enumerate() {
        let ends = i64::from(pair[0].latest_start.0).saturating_add(pair[0].minutes.0);
        let starts = i64::from(pair[1].earliest_start.0);
        let field = format!("{at}meals[{}].earliest_start", i + 1);
        ensure(ends <= starts, field, Fault::Overlaps)?;
    }
    Ok(())
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}
