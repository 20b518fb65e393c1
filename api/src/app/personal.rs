//! Personal texts on their way into the log: each is sealed with the key of whoever it is about.

use crate::app::AppError;
use domain::event::Stream;
use domain::event::personal::{Whose, matter_owner, names_people, personal_fields};
use eventlog::{NewEvent, RecordedEvent};
use sealing::{Keys, Place, is_sealed, without_marks};
use serde_json::Value;

/// Seals the personal texts of an event that is to be recorded in `stream`, after `recorded`.
pub(super) fn seal(
    event: &mut NewEvent,
    stream: &Stream,
    recorded: &[RecordedEvent],
    keys: &Keys,
) -> Result<(), AppError> {
    let name = event.event_type.clone();
    // Nobody types what looks sealed; words of a program may hold names that are.
    if is_sealed(&event.data) && !names_people(&name) {
        let text = String::from_utf8_lossy(&event.data);
        event.data = without_marks(&text).into_owned().into_bytes();
    }
    let mut fields = personal_fields(&name).peekable();
    if fields.peek().is_none() {
        return Ok(());
    }
    let mut data: Value = serde_json::from_slice(&event.data)?;
    for field in fields {
        let owners = owners(field.whose, &data, stream, recorded);
        let pointer = format!("/{}", field.path.replace('.', "/"));
        let (Some(Value::String(text)), false) = (data.pointer_mut(&pointer), owners.is_empty())
        else {
            continue;
        };
        let place = Place {
            event: event.id,
            path: field.path.to_owned(),
        };
        let owners: Vec<&str> = owners.iter().map(String::as_str).collect();
        *text = keys.seal(&place, &owners, text)?;
    }
    event.data = serde_json::to_vec(&data)?;
    Ok(())
}

/// Whose a text is.
fn owners(whose: Whose, data: &Value, stream: &Stream, recorded: &[RecordedEvent]) -> Vec<String> {
    match whose {
        Whose::Stream => stream
            .person()
            .map(ToString::to_string)
            .into_iter()
            .collect(),
        Whose::Named(paths) => named(data, paths),
        Whose::NamedOr { staff, matter } => {
            let known = named(data, &[staff]);
            let id = data.get(matter).and_then(Value::as_str);
            match id {
                Some(id) if known.is_empty() => vec![matter_owner(matter, id)],
                Some(_) | None => known,
            }
        }
        Whose::Opened {
            matter,
            by,
            named: paths,
        } => {
            let opening = recorded.iter().filter(|event| event.event_type == by);
            let opening = opening.filter_map(|event| {
                let opened: Value = serde_json::from_slice(&event.data).ok()?;
                (opened.get(matter) == data.get(matter)).then_some(opened)
            });
            opening.flat_map(|opened| named(&opened, paths)).collect()
        }
    }
}

/// Whom fields of an event name; `*` is every item of a list.
fn named(data: &Value, paths: &[&str]) -> Vec<String> {
    let of = |path: &&str| {
        path.split('.').fold(vec![data], |values, part| {
            let under = values.into_iter().flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                _ => value.get(part).into_iter().collect::<Vec<_>>(),
            });
            under.collect()
        })
    };
    let named = paths.iter().flat_map(of).filter_map(Value::as_str);
    named.map(str::to_owned).collect()
}
