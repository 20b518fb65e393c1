//! What pages are made of: the frame around every page, and the pieces several pages show.

use super::assets;
use super::words::Words;
use domain::ids::{EventId, RuleId, ShiftCode, StaffId};
use domain::shift::{Shift, ShiftTemplate};
use domain::who::{Actor, Role};
use domain::work_date::WorkDate;
use serde::{Deserialize, Serialize};

/// The frame around a page: who is signed in, the menu, and what the last action came to.
#[derive(Clone, Debug, Default)]
pub struct Chrome {
    /// 工号; empty before login.
    pub staff: String,
    /// 姓名
    pub name: String,
    /// What every form of this session carries.
    pub csrf: String,
    /// By role.
    pub menu: Vec<MenuGroup>,
    /// What the last action came to.
    pub flash: Option<Flash>,
    /// The days shown rest on a holiday arrangement that is not announced yet.
    pub provisional: Option<String>,
    /// This page's own address, for coming back to it in the other language.
    pub path: String,
    /// The desk whose shift colours the page shows.
    pub shift_colours: Option<String>,
}

/// A group of the menu.
#[derive(Clone, Debug)]
pub struct MenuGroup {
    /// Key of its title.
    pub title: &'static str,
    /// Its pages.
    pub items: Vec<MenuItem>,
}

/// A page in the menu.
#[derive(Clone, Debug)]
pub struct MenuItem {
    /// Its address.
    pub href: &'static str,
    /// Key of its title.
    pub title: &'static str,
    /// Key of its title on a phone's tab.
    pub short: &'static str,
    /// Things waiting there.
    pub count: usize,
    /// Whether it is the page shown.
    pub here: bool,
}

/// The pages of the menu: address, title, short title, and who sees them.
type Entry = (&'static str, &'static str, &'static str, &'static [Role]);

const MENU: [(&str, &[Entry]); 3] = [
    (
        "menu.group.me",
        &[
            ("/punch", "nav.punch", "nav.punch", &[Role::Staff]),
            (
                "/my/month",
                "nav.my_month",
                "nav.my_month.short",
                &[Role::Staff],
            ),
            (
                "/my/requests",
                "nav.my_requests",
                "nav.my_requests.short",
                &[Role::Staff],
            ),
            (
                "/my/penalties",
                "nav.my_penalties",
                "nav.my_penalties.short",
                &[Role::Staff],
            ),
            (
                "/my/meetings",
                "nav.meetings",
                "nav.meetings",
                &[Role::Staff],
            ),
        ],
    ),
    (
        "menu.group.desk",
        &[
            (
                "/board",
                "nav.board",
                "nav.board",
                &[Role::Lead, Role::GmOffice],
            ),
            (
                "/approvals",
                "nav.approvals",
                "nav.approvals",
                &[Role::Lead, Role::GmOffice],
            ),
            ("/roster", "nav.roster", "nav.roster", &[Role::Lead]),
            (
                "/duty-table",
                "nav.duty_table",
                "nav.duty_table",
                &[Role::Staff, Role::Lead, Role::Hr, Role::GmOffice],
            ),
            (
                "/open-shifts",
                "nav.open_shifts",
                "nav.open_shifts",
                &[Role::Lead, Role::GmOffice],
            ),
            (
                "/lanes",
                "nav.lanes",
                "nav.lanes",
                &[Role::Lead, Role::GmOffice],
            ),
            ("/intraday", "nav.intraday", "nav.intraday", &[Role::Lead]),
            (
                "/loans",
                "nav.loans",
                "nav.loans",
                &[Role::Lead, Role::GmOffice],
            ),
            (
                "/exceptions",
                "nav.exceptions",
                "nav.exceptions",
                &[Role::Lead, Role::Hr, Role::GmOffice],
            ),
            (
                "/penalties",
                "nav.penalties",
                "nav.penalties",
                &[Role::Lead, Role::Hr, Role::GmOffice],
            ),
            (
                "/evidence",
                "nav.evidence",
                "nav.evidence.short",
                &[Role::Lead],
            ),
            (
                "/meetings",
                "nav.meetings",
                "nav.meetings",
                &[Role::Lead, Role::Hr, Role::GmOffice],
            ),
        ],
    ),
    (
        "menu.group.office",
        &[
            (
                "/summary",
                "nav.summary",
                "nav.summary.short",
                &[Role::Lead, Role::Hr, Role::GmOffice],
            ),
            (
                "/utilisation",
                "nav.utilisation",
                "nav.utilisation",
                &[Role::Lead, Role::Hr, Role::GmOffice],
            ),
            (
                "/headcount",
                "nav.headcount",
                "nav.headcount",
                &[Role::Lead, Role::Hr, Role::GmOffice],
            ),
            (
                "/submissions",
                "nav.submissions",
                "nav.submissions.short",
                &[Role::Hr],
            ),
            ("/filing", "nav.filing", "nav.filing.short", &[Role::Hr]),
            (
                "/what-if",
                "nav.what_if",
                "nav.what_if",
                &[Role::Lead, Role::Hr, Role::GmOffice],
            ),
            ("/notices", "nav.notices", "nav.notices.short", &[Role::Hr]),
            (
                "/calendars",
                "nav.calendars",
                "nav.calendars",
                &[Role::Hr, Role::GmOffice],
            ),
        ],
    ),
];

/// The menu of somebody's roles, without the pages `hidden`. `counts` says how many things wait behind an address.
pub fn menu(
    actor: &Actor,
    here: &str,
    counts: &[(&str, usize)],
    hidden: &[&str],
) -> Vec<MenuGroup> {
    MENU.iter()
        .map(|(title, entries)| MenuGroup {
            title,
            items: entries
                .iter()
                .filter(|(href, ..)| !hidden.contains(href))
                .filter(|(.., roles)| roles.iter().any(|&role| actor.is(role)))
                .map(|&(href, title, short, _)| MenuItem {
                    href,
                    title,
                    short,
                    here: href == here,
                    count: counts
                        .iter()
                        .find(|(at, _)| *at == href)
                        .map_or(0, |&(_, count)| count),
                })
                .collect(),
        })
        .filter(|group: &MenuGroup| !group.items.is_empty())
        .collect()
}

/// Where somebody begins.
pub fn home(actor: &Actor) -> &'static str {
    [
        (Role::Lead, "/board"),
        (Role::Staff, "/punch"),
        (Role::Hr, "/summary"),
        (Role::GmOffice, "/approvals"),
    ]
    .into_iter()
    .find(|(role, _)| actor.is(*role))
    .map_or("/password", |(_, href)| href)
}

/// Pages a phone shows as tabs; the rest is behind “more”.
const TABS: usize = 4;

impl Chrome {
    /// The tabs of a phone: for somebody who works at the desk their own pages, the desk's for everybody else. Somebody
    /// with both gets two of each.
    pub fn tabs(&self) -> Vec<&MenuItem> {
        let of = |title| {
            self.menu
                .iter()
                .filter(move |group| (group.title == "menu.group.me") == title)
                .flat_map(|group| &group.items)
        };
        let (own, desk): (Vec<_>, Vec<_>) = (of(true).collect(), of(false).collect());
        // Staff without an office see only the duty table beside their own pages.
        if desk.len() <= 1 {
            return own.into_iter().chain(desk).take(TABS).collect();
        }
        let own_count = own.len().min(1);
        own.into_iter()
            .take(own_count)
            .chain(desk)
            .take(TABS)
            .collect()
    }

    /// Whether the page shown is none of the tabs.
    pub fn beyond_tabs(&self) -> bool {
        !self.tabs().iter().any(|item| item.here)
            && self
                .menu
                .iter()
                .flat_map(|group| &group.items)
                .any(|item| item.here)
    }

    /// A new command id: the same form sent twice takes effect once.
    pub fn command(&self) -> uuid::Uuid {
        uuid::Uuid::now_v7()
    }

    /// Address of the style sheet.
    pub fn css(&self) -> &'static str {
        assets::CSS.address()
    }
    /// Address of the script.
    pub fn js(&self) -> &'static str {
        assets::JS.address()
    }
    /// Address of the icon.
    pub fn icon(&self) -> &'static str {
        assets::ICON.address()
    }
}

/// What an action came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Whether it went well.
    pub good: bool,
    /// The rule that says no.
    pub rule: Option<RuleId>,
    /// In words.
    pub text: String,
    /// Field by field, or the five corrections listed.
    pub more: Vec<String>,
}

impl Flash {
    /// Something went well.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            good: true,
            text: text.into(),
            ..Self::default()
        }
    }
    /// Something did not.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

/// A choice of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Small words beside it.
    pub more: Option<String>,
    /// Style class of its chip.
    pub class: String,
}

/// Somebody to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
}

/// A remark: `迟到 9 分`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// In words.
    pub text: String,
    /// `bad`, `warn`, `good` or nothing.
    pub class: &'static str,
}

/// How a kind of shift looks wherever it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftLook {
    /// Its code.
    pub code: ShiftCode,
    /// Its name.
    pub name: String,
    /// `09:00–17:30`.
    pub times: String,
    /// Style class that carries its colour.
    pub class: String,
    /// `#rrggbb`.
    colour: String,
}

/// How all of a desk's shifts look.
#[derive(Clone, Debug, Default)]
pub struct ShiftLooks(pub Vec<ShiftLook>);

impl ShiftLooks {
    /// From every template the desk ever had, oldest first: a code that was adopted again looks as it does now.
    pub fn of<'a>(templates: impl IntoIterator<Item = &'a ShiftTemplate>, w: Words) -> Self {
        let mut looks: Vec<ShiftLook> = Vec::new();
        for template in templates {
            let look = ShiftLook {
                code: template.code.clone(),
                name: template.name.clone(),
                times: w.segments(&template.segments),
                class: String::new(),
                colour: template.colour.clone(),
            };
            match looks.iter_mut().find(|known| known.code == template.code) {
                Some(known) => *known = look,
                None => looks.push(look),
            }
        }
        for (n, look) in looks.iter_mut().enumerate() {
            look.class = format!("k{n}");
        }
        Self(looks)
    }

    /// How `code` looks; an unknown code is plain.
    pub fn look(&self, code: &ShiftCode) -> Option<&ShiftLook> {
        self.0.iter().find(|look| look.code == *code)
    }

    /// `A 早班`.
    pub fn words(&self, code: &ShiftCode) -> String {
        self.look(code)
            .map_or_else(|| code.to_string(), |look| format!("{code} {}", look.name))
    }

    /// Style class of a code.
    pub fn class(&self, code: &ShiftCode) -> String {
        self.look(code)
            .map_or_else(String::new, |look| look.class.clone())
    }

    /// A worked cell as pages show it.
    pub fn day_shift(&self, date: WorkDate, shift: &Shift) -> DayShift {
        let look = self.look(&shift.code);
        DayShift {
            date,
            shift: shift.clone(),
            name: look.map_or_else(String::new, |look| look.name.clone()),
            class: look.map_or_else(String::new, |look| look.class.clone()),
        }
    }

    /// The style sheet that gives every code its colour, with ink that can be read on it.
    pub fn style_sheet(&self) -> String {
        self.0
            .iter()
            .filter_map(|look| {
                let [red, green, blue] = rgb(&look.colour)?;
                let ink = if luminance(red, green, blue) > 0.21 {
                    "#1c2126"
                } else {
                    "#ffffff"
                };
                let class = &look.class;
                Some(format!(
                    ".s.{class},.chip.{class}{{background:#{red:02x}{green:02x}{blue:02x};color:{ink}}}\n"
                ))
            })
            .collect()
    }
}

/// `#rrggbb` as bytes; anything else is no colour.
fn rgb(colour: &str) -> Option<[u8; 3]> {
    let hex = colour
        .strip_prefix('#')
        .filter(|hex| hex.len() == 6 && hex.is_ascii())?;
    let byte = |n: usize| u8::from_str_radix(hex.get(n..n + 2)?, 16).ok();
    Some([byte(0)?, byte(2)?, byte(4)?])
}

/// Relative luminance as WCAG defines it. Above 0.21 dark ink has the better contrast.
fn luminance(red: u8, green: u8, blue: u8) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// Somebody's shift of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayShift {
    /// The day it starts on.
    pub date: WorkDate,
    /// What is worked.
    pub shift: Shift,
    /// Its name.
    pub name: String,
    /// Style class.
    pub class: String,
}

impl DayShift {
    /// When it begins: `09:00`.
    pub fn start(&self) -> String {
        self.shift
            .segments
            .first()
            .map_or_else(String::new, |segment| segment.start.to_string())
    }
}

/// An entry of an evidence timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When, as the site's clocks show it.
    pub at: String,
    /// What.
    pub text: String,
    /// The event in the log; a plan or a deadline has none.
    pub event: Option<EventId>,
    /// `plan`, `bad` or nothing.
    pub class: &'static str,
}

/// A step of a sanction's way to payroll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLink {
    /// In words.
    pub text: String,
    /// `done`, `now` or nothing.
    pub class: &'static str,
}

/// A desk to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskChoice {
    /// Its id.
    pub desk: domain::ids::DeskId,
    /// Its name.
    pub name: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::refusal::Lang;
    use domain::work_date::DayMinute;
    use std::collections::BTreeSet;

    fn actor(roles: &[Role]) -> Actor {
        Actor {
            staff: "1001".into(),
            roles: roles.iter().copied().collect(),
            leads: BTreeSet::new(),
        }
    }

    fn tabs(roles: &[Role]) -> Vec<&'static str> {
        let chrome = Chrome {
            menu: menu(&actor(roles), "/punch", &[], &[]),
            ..Chrome::default()
        };
        chrome.tabs().iter().map(|item| item.href).collect()
    }

    #[test]
    fn a_phone_shows_what_a_role_needs_most() {
        assert_eq!(
            tabs(&[Role::Staff]),
            ["/punch", "/my/month", "/my/requests", "/my/penalties"]
        );
        assert_eq!(
            tabs(&[Role::Lead]),
            ["/board", "/approvals", "/roster", "/duty-table"]
        );
        assert_eq!(
            tabs(&[Role::Staff, Role::Lead]),
            ["/punch", "/board", "/approvals", "/roster"]
        );
        assert_eq!(tabs(&[Role::Hr])[0], "/duty-table");
    }

    #[test]
    fn a_menu_shows_no_door_that_is_shut() {
        let hrefs = |roles: &[Role]| -> Vec<&str> {
            let groups = menu(&actor(roles), "", &[], &[]);
            groups
                .iter()
                .flat_map(|group| &group.items)
                .map(|item| item.href)
                .collect()
        };
        assert!(!hrefs(&[Role::Staff]).contains(&"/approvals"));
        assert!(!hrefs(&[Role::Lead]).contains(&"/filing"));
        assert!(!hrefs(&[Role::Hr]).contains(&"/punch"));
        let plain = menu(&actor(&[Role::Lead]), "", &[], &["/lanes"]);
        let mut items = plain.iter().flat_map(|group| &group.items);
        assert!(items.all(|item| item.href != "/lanes"));
    }

    fn look_of(colour: &str) -> String {
        let template = ShiftTemplate {
            code: "A".into(),
            name: "早班".into(),
            colour: colour.into(),
            segments: vec![domain::shift::Segment {
                start: DayMinute(540),
                end: DayMinute(1050),
            }],
            meals: Vec::new(),
            breaks: Vec::new(),
            night: false,
            duty: false,
        };
        ShiftLooks::of([&template], Words::new(Lang::Zh)).style_sheet()
    }

    #[test]
    fn letters_can_be_read_on_their_colour() {
        assert!(look_of("#dcebf9").contains("color:#1c2126"));
        assert!(look_of("#2b3350").contains("color:#ffffff"));
    }

    #[test]
    fn a_colour_that_is_none_leaves_the_style_sheet_alone() {
        for colour in ["red", "#12", "#1234567", "#ab;}*{display:none", "#12é4"] {
            assert_eq!(look_of(colour), "", "{colour}");
        }
    }
}
