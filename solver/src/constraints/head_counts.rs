//! `N[d,s,g] = Σ_{people of class g} x[d,s]`: for cover and meals, people of one class are interchangeable.

use good_lp::{Expression, constraint};

use crate::model::{DayPart, Link, Model, PeoplePart};

/// Adds the rows.
pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart, days: &[DayPart]) -> Vec<Link> {
    let mut links = Vec::new();
    for part in days {
        for (shift, classes) in part.count.iter().enumerate() {
            for (class, count) in classes.iter().enumerate() {
                let Some(count) = count else { continue };
                let crew: Expression = model
                    .compiled
                    .people
                    .iter()
                    .enumerate()
                    .filter(|(_, rules)| rules.class == class)
                    .filter_map(|(person, _)| people.shift[person][part.day][shift])
                    .sum();
                links.push(Link {
                    row: model.program.rows.len(),
                    day: part.day,
                    half: shift,
                    class,
                });
                model.row(constraint!(*count - crew == 0.0));
            }
        }
    }
    links
}
