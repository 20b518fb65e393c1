//! Trainees beside a mentor: a shift s of the trainee is cut into pieces within which every mentor's shift is either on post or
//! not. Per piece `alone ≥ x[trainee,d,s] − Σ x of mentors on post`, and `Σ minutes · alone − over ≤ minutes allowed`, priced per
//! minute.

use good_lp::{Expression, constraint};

use crate::model::{Model, Payer, PeoplePart};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    let compiled = model.compiled;
    let team = &compiled.team;
    for lesson in &team.lessons {
        for day in 0..compiled.days() {
            for (shift, mine) in people.shift[lesson.trainee][day].iter().enumerate() {
                let Some(mine) = mine else { continue };
                let mut edges: Vec<i64> = team
                    .near(day)
                    .flat_map(|near| (0..compiled.off()).map(move |other| (near, other)))
                    .flat_map(|(near, other)| team.posts(near, other, day))
                    .flat_map(|(start, end)| [start, end])
                    .collect();
                edges.sort_unstable();
                edges.dedup();
                let (mut minutes, mut most) = (Expression::default(), 0);
                for piece in edges.windows(2) {
                    let covers = |(start, end): (i64, i64)| start <= piece[0] && piece[1] <= end;
                    if !team.posts(day, shift, day).any(covers) {
                        continue;
                    }
                    let mut beside = Expression::default();
                    for &mentor in &lesson.mentors {
                        for near in team.near(day) {
                            for (other, cell) in people.shift[mentor][near].iter().enumerate() {
                                if let Some(cell) = cell
                                    && team.posts(near, other, day).any(covers)
                                {
                                    beside += *cell;
                                }
                            }
                        }
                    }
                    let alone = model.amount(1.0);
                    minutes += (piece[1] - piece[0]) as f64 * alone;
                    most += piece[1] - piece[0];
                    model.row(constraint!(beside + alone >= *mine));
                }
                let over = model.amount(most as f64);
                model.charge(Payer::Team, lesson.cost, over);
                model.row(constraint!(minutes - over <= lesson.alone_max as f64));
            }
        }
    }
}
