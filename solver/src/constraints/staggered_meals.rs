//! Meals: per day, shift and class, `Σ_t b[t] = N`, starts inside the window. A second meal never begins before as many first
//! meals have ended, which lets counted starts be handed out in order.

use good_lp::{Expression, constraint};

use crate::model::{DayPart, Model, Resolution};

pub(crate) fn rows(model: &mut Model<'_>, part: &DayPart) {
    for crew in &part.meals {
        let Some(count) = part.count[crew.shift][crew.class] else {
            continue;
        };
        for starts in &crew.starts {
            let eating: Expression = starts.iter().map(|(_, variable)| *variable).sum();
            model.row(constraint!(eating == count));
        }
        let windows = &model.compiled.shifts[crew.shift].meals;
        if let ([first, second], [(_, _, length), _]) = (crew.starts.as_slice(), windows.as_slice())
        {
            let length = *length;
            for &(at, _) in second {
                let begun: Expression = second
                    .iter()
                    .filter(|(start, _)| *start <= at)
                    .map(|(_, v)| *v)
                    .sum();
                let ended: Expression = first
                    .iter()
                    .filter(|(start, _)| start + length <= at)
                    .map(|(_, v)| *v)
                    .sum();
                if model.resolution == Resolution::Points {
                    model.row(constraint!(begun <= ended));
                }
            }
        }
    }
}
